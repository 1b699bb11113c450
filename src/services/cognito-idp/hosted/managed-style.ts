/** The style sheet of managed login, over the colours of `palettes.ts`. */
export const managedStyle = `
*{box-sizing:border-box}
[hidden]{display:none!important}
html{-webkit-text-size-adjust:100%}
body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background-color:var(--page);
color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{flex:1;display:grid;align-content:center;justify-items:center;padding:2rem clamp(1rem,6vw,5rem)}
body>header,body>footer{padding:.75rem 1.5rem;background-color:var(--header);border:0 solid var(--line);border-bottom-width:1px}
body>footer{background-color:var(--footer);border-width:1px 0 0}
body>header img,body>footer img{display:block;max-height:2.5rem;max-width:100%}
.card{width:100%;max-width:27rem;padding:2.25rem 2rem;background-color:var(--card);border:1px solid var(--card-line);border-radius:var(--card-radius)}
.logo{text-align:center;margin:0 0 1.5rem}.logo img{max-width:100%;max-height:5rem}
h1{margin:0;font-size:1.625rem;line-height:1.25;color:var(--heading);overflow-wrap:anywhere}
.lead{margin:.375rem 0 0;color:var(--quiet)}
form,.part{margin:1.5rem 0 0}
p{margin:0 0 1rem;overflow-wrap:anywhere}
label,.label{display:block;margin:0 0 .25rem;font-weight:600;color:var(--label)}
label .mark{font-weight:400;color:var(--quiet)}
input,select{display:block;width:100%;margin:0 0 1.125rem;padding:.625rem .75rem;font:inherit;color:var(--heading);
background-color:var(--input);border:1px solid var(--input-line);border-radius:var(--input-radius)}
input.code{font-size:1.25rem;letter-spacing:.2em;font-variant-numeric:tabular-nums}
.hint,.rules{margin:-.75rem 0 1.125rem;color:var(--quiet);font-size:.875rem}
.rules{padding:0}.rules ul{margin:.125rem 0 0;padding:0 0 0 1.25rem}
button,.button{display:flex;align-items:center;justify-content:center;gap:.5rem;width:100%;margin:0 0 .75rem;padding:.6875rem 1rem;
font:inherit;font-weight:600;line-height:1.375;text-align:center;text-decoration:none;cursor:pointer;
color:var(--main-text);background-color:var(--main);border:1px solid transparent;border-radius:var(--button-radius)}
button:hover,.button:hover{color:var(--main-hover-text);background-color:var(--main-hover)}
button.other,.button.other{color:var(--other-text);background-color:var(--other);border-color:var(--other-line)}
button.other:hover,.button.other:hover{color:var(--other-text);background-color:var(--other-hover)}
.button.idp,.button.idp:hover{color:var(--idp-text);background-color:var(--idp);border-color:var(--idp-line)}
.button.idp:hover{border-color:var(--focus)}
button.plain{display:inline;width:auto;margin:0;padding:0;font-weight:400;color:var(--link);background:none;border:0;text-decoration:underline}
button.plain:hover{color:var(--link-hover);background:none}
a{color:var(--link)}a:hover{color:var(--link-hover)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
.aside{margin:1rem 0 0}.aside:last-child{margin-bottom:0}
.under{margin:-.5rem 0 1.125rem}
.fault,.notice{margin:1.25rem 0 0;padding:.75rem 1rem;border:1px solid var(--bad-line);border-left-width:4px;border-radius:var(--input-radius);
background-color:var(--bad);color:var(--heading);overflow-wrap:anywhere}
.notice{border-color:var(--good-line);background-color:var(--good)}
.divider{display:flex;align-items:center;gap:.75rem;margin:1.25rem 0;color:var(--quiet)}
.divider::before,.divider::after{content:"";flex:1;border-top:1px solid var(--line)}
.qr{display:block;width:12rem;max-width:100%;margin:0 auto 1rem;padding:.5rem;background:#fff;border-radius:.5rem}
.qr svg{display:block;width:100%;height:auto}
code{display:block;margin:.25rem 0 1.125rem;padding:.5rem .75rem;font:.9375rem/1.6 ui-monospace,Menlo,Consolas,monospace;letter-spacing:.05em;
overflow-wrap:anywhere;border:1px dashed var(--line);border-radius:var(--input-radius)}
.who{margin:.375rem 0 0;font-weight:600;color:var(--heading);overflow-wrap:anywhere}
.legal{margin:.25rem 0 0;color:var(--quiet);font-size:.875rem}
@media(max-width:30rem){main{align-content:start;padding:0}.card{min-height:100%;border:0;border-radius:0;padding:1.75rem 1.25rem}
body{background-color:var(--card)}}
@media(forced-colors:active){button,.button{border-color:ButtonText}}
`
