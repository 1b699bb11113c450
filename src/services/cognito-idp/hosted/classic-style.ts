/** The style sheet of the classic hosted UI, which a pool's own CSS goes over by its classes. */
export const classicStyle = `
:root{color-scheme:light}
*{box-sizing:border-box}
[hidden]{display:none!important}
body{margin:0;min-height:100vh;background-color:#f5f5f5;color:#333;font:14px/1.43 "Helvetica Neue",Helvetica,Arial,sans-serif}
main{display:grid;justify-items:center;padding:40px 12px}
.card{width:100%;max-width:400px;background-color:#fff;border:1px solid #ccc;border-radius:6px;overflow:hidden;box-shadow:0 4px 12px #0002}
.logo{padding:25px 0 10px;text-align:center;background-color:#fff}.logo img{max-width:60%;max-height:30vh}
.inner{padding:20px 24px 24px}
h1{margin:0 0 4px;font-size:18px;font-weight:400;overflow-wrap:anywhere}
.lead,.hint,.legal,.who{color:#555}.lead{margin:0 0 10px}
form,.part{margin:14px 0 0}p{margin:0 0 10px;overflow-wrap:anywhere}
label,.label{display:block;margin:0 0 3px;font-weight:400}
input,select{display:block;width:100%;height:34px;margin:0 0 12px;padding:6px 12px;font:inherit;color:#555;background-color:#fff;border:1px solid #ccc;border-radius:4px}
.hint,.rules{margin:-6px 0 12px;font-size:12px}.rules ul{margin:2px 0 0;padding:0 0 0 18px}
button,.button{display:block;width:100%;min-height:40px;margin:6px 0 10px;padding:8px 12px;font:inherit;font-weight:700;text-align:center;text-decoration:none;cursor:pointer;
color:#fff;background-color:#286090;border:1px solid transparent;border-radius:4px}
button:hover,.button:hover{color:#fff;background-color:#1f4b70}
button.plain,button.plain:hover{display:inline;width:auto;min-height:0;margin:0;padding:0;font-weight:400;color:#286090;background:none;border:0;text-decoration:underline}
a{color:#286090}.button.idp{color:#fff}
:focus-visible{outline:2px solid #1f4b70;outline-offset:2px}
.aside{margin:12px 0 0}.under{margin:-4px 0 12px}
.fault,.notice{margin:10px 0 0;padding:8px 10px;border:1px solid #a94442;border-radius:4px;background-color:#fdf3f3;color:#8a2d2b;overflow-wrap:anywhere}
.notice{border-color:#3c763d;background-color:#f2f9f0;color:#2f5d30}
.divider{margin:14px 0;text-align:center;color:#555}
.qr{display:block;width:180px;margin:0 auto 10px;background:#fff}.qr svg{display:block;width:100%;height:auto}
code{display:block;margin:2px 0 12px;padding:6px 8px;overflow-wrap:anywhere;border:1px dashed #999}
`
