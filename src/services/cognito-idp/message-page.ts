import type { HttpResponse } from '../../kernel/http.ts'

/** A small page that says something to whoever followed a link; its texts are HTML. */
export const messagePage = (status: number, title: string, content: string): HttpResponse => ({
  status,
  headers: {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'content-security-policy':
      "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  },
  body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>body{font:16px/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;background:#f5f6f8;color:#16191f}
main{background:#fff;padding:2rem 2.5rem;border-radius:12px;box-shadow:0 1px 4px #0002;max-width:26rem}h1{font-size:1.25rem;margin:0 0 .5rem}p{margin:0}
button{font:inherit;margin-top:1rem;padding:.5rem 1.25rem;border:0;border-radius:8px;background:#0b5cad;color:#fff}</style>
</head><body><main><h1>${title}</h1>${content}</main></body></html>
`,
})
