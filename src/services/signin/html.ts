import { Html, html } from '../../kernel/html.ts'
import type { HttpResponse } from '../../kernel/http.ts'

const style = `
:root { color-scheme: light dark; --line: #c6ccd4; --quiet: #5b6673; --page: #f2f4f7; --card: #fff;
  --text: #16191f; --main: #0b5cad; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --line: #3b4654; --quiet: #a7b3c0; --page: #10151b;
  --card: #1a212a; --text: #eceff3; --main: #6cb2ff; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
  background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 400px; background: var(--card); border: 1px solid var(--line);
  border-radius: 12px; padding: 32px; }
.brand { margin: 0 0 20px; color: var(--quiet); font-weight: 600; letter-spacing: .02em; }
h1 { margin: 0 0 20px; font-size: 22px; line-height: 1.3; }
p { margin: 0 0 16px; }
label { display: block; margin: 0 0 4px; font-weight: 600; font-size: 14px; }
input, select { width: 100%; margin: 0 0 16px; padding: 10px 12px; font: inherit; color: inherit;
  background: transparent; border: 1px solid var(--line); border-radius: 8px; }
input:focus-visible, select:focus-visible, button:focus-visible, a:focus-visible {
  outline: 3px solid var(--main); outline-offset: 1px; }
button { width: 100%; padding: 11px; font: inherit; font-weight: 600; color: var(--card);
  background: var(--main); border: 0; border-radius: 8px; cursor: pointer; }
.bad { padding: 10px 12px; border: 1px solid var(--bad); border-radius: 8px; color: var(--bad); }
.quiet { color: var(--quiet); font-size: 14px; }
dl { margin: 0 0 24px; } dt { color: var(--quiet); font-size: 14px; }
dd { margin: 0 0 12px; overflow-wrap: anywhere; }`

/** Headers of every page: nothing is loaded from elsewhere, framed, cached or told to others. */
const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}

/** A whole page around its content. */
export function page(
  title: string,
  content: Html,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): HttpResponse {
  const whole = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${title} · Sallyport</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>${new Html(style)}</style></head>
<body><main><p class="brand">Sallyport</p><h1>${title}</h1>
${content}
</main></body></html>
`
  return { status, headers: { ...pageHeaders, ...headers }, body: whole.text }
}

/** Sends the browser on. */
export const redirect = (location: string, headers: Record<string, string> = {}): HttpResponse => ({
  status: 302,
  headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', ...headers },
  body: '',
})
