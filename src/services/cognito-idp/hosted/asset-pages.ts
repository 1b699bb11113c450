import type { HttpResponse } from '../../../kernel/http.ts'
import { brandings } from '../managed-branding.ts'
import { type Hosted, hostedPage } from '../oauth/hosted.ts'
import { uiCustomizations } from '../ui-customization.ts'

const types: Readonly<Record<string, string>> = {
  ICO: 'image/x-icon',
  JPEG: 'image/jpeg',
  PNG: 'image/png',
  SVG: 'image/svg+xml',
  WEBP: 'image/webp',
}

const day = 86_400

/** A picture that is nothing but one: what somebody has put into an SVG is not run. */
const picture = (type: string, body: Uint8Array): HttpResponse => ({
  status: 200,
  headers: {
    'content-type': type,
    'cache-control': `public, max-age=${day}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  },
  body,
})

const missing: HttpResponse = {
  status: 404,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'There is no such picture.\n',
}

/** `/assets/<client>/<category>-<light>`: the pictures of a style, and `logo` of the classic pages. */
export const assetPages = [hostedPage('GET', '/assets/:client/:name', asset)]

async function asset({ request, pool, ctx }: Hosted): Promise<HttpResponse> {
  const { client = '', name = '' } = request.params
  if (name === 'logo') {
    const own = await ctx.store.of(uiCustomizations).get([pool.id, client])
    return own?.image === undefined ? missing : picture(own.image.type, own.image.bytes)
  }
  const record = await ctx.store.of(brandings).findOne('client', `${pool.id}|${client}`)
  const found = record?.assets.find(
    ({ Category, ColorMode }) => `${Category}-${ColorMode}` === name,
  )
  const type = types[found?.Extension ?? '']
  return found?.Bytes === undefined || type === undefined ? missing : picture(type, found.Bytes)
}
