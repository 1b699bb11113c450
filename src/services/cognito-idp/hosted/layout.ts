import { Html, html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import type { Picture } from './looks.ts'
import type { Visit } from './visit.ts'

interface Parts {
  readonly title: string
  readonly lead?: string | undefined
  /** Whom the page is about, as it was typed. */
  readonly who?: string | undefined
  /** What went wrong. */
  readonly fault?: string | undefined
  /** What went well. */
  readonly notice?: string | undefined
  readonly content?: Html | undefined
  readonly status?: number | undefined
  /** The only script of a page that cannot do without. */
  readonly script?: string | undefined
}

/**
 * Headers of every page: nothing is loaded from elsewhere, framed, kept or told to others. There is no
 * `form-action`: browsers hold it against the redirects that follow a form, and those end at an app.
 */
const headersOf = (nonce: string): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'content-security-policy': `default-src 'none'; img-src 'self' data:; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'`,
})

/** A whole page in the look of its client. */
export function whole(visit: Visit, parts: Parts): HttpResponse {
  const { look, language, ctx, cookies } = visit
  const { title, lead, who, fault, notice, content, script } = parts
  const nonce = Buffer.from(ctx.random.bytes(16)).toString('base64url')
  const said = html`${about('fault errorMessage-customizable', 'alert', fault)}${about('notice', 'status', notice)}`
  const text = html`<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><title>${fault === undefined ? '' : '⚠ '}${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="${look.icon ?? 'data:,'}">
<style nonce="${nonce}">${new Html(look.css.replaceAll('<', ''))}</style></head>
<body>${bar('header', look.header?.logo, look.header !== undefined)}<main><div class="card background-customizable">${logo(look.logo)}<div class="inner">
<h1>${title}</h1>${line('lead textDescription-customizable', lead)}${line('who', who)}${said}
${content}
</div></div></main>${bar('footer', look.footer?.logo, look.footer !== undefined)}${
    script === undefined ? undefined : html`<script nonce="${nonce}">${new Html(script)}</script>`
  }</body></html>
`
  return {
    status: parts.status ?? (fault === undefined ? 200 : 400),
    headers: headersOf(nonce),
    body: text.text,
    cookies,
  }
}

const line = (kind: string, text: string | undefined) =>
  text === undefined ? undefined : html`<p class="${kind}">${text}</p>`

const about = (kind: string, role: string, text: string | undefined) =>
  text === undefined ? undefined : html`<p class="${kind}" role="${role}">${text}</p>`

const image = ({ light, dark }: Picture, kind: string) =>
  html`<picture>${
    dark === light
      ? undefined
      : html`<source srcset="${dark}" media="(prefers-color-scheme: dark)">`
  }<img class="${kind}" src="${light}" alt=""></picture>`

const logo = (picture: Picture | undefined) =>
  picture &&
  html`<div class="logo banner-customizable">${image(picture, 'logo-customizable')}</div>`

const bar = (name: 'header' | 'footer', picture: Picture | undefined, is: boolean) =>
  is ? html`<${new Html(name)}>${picture && image(picture, '')}</${new Html(name)}>` : undefined
