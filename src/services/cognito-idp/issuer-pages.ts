import type { HttpResponse } from '../../kernel/http.ts'
import type { Page } from '../../kernel/page.ts'
import { discovery } from './oauth/discovery.ts'
import { poolOf } from './pool-pages.ts'
import { keysOf, publicKeys } from './signing-keys.ts'
import { uiCustomizations } from './ui-customization.ts'

const json = (value: unknown): HttpResponse => ({
  status: 200,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'public, max-age=300',
    'access-control-allow-origin': '*',
  },
  body: JSON.stringify(value),
})

const unknown: HttpResponse = {
  status: 404,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'There is no such user pool.' }),
}

const isMissing = (error: unknown) =>
  error instanceof Error && error.name === 'ResourceNotFoundException'

/** What a handler finds, or that there is no such pool. */
const orUnknown = async (find: () => Promise<HttpResponse>): Promise<HttpResponse> => {
  try {
    return await find()
  } catch (error) {
    if (isMissing(error)) return unknown
    throw error
  }
}

/** Keys and discovery document of a pool (RFC 7517, OpenID Connect Discovery 1.0). */
export const issuerPages: readonly Page[] = [
  {
    method: 'GET',
    path: '/:pool/.well-known/jwks.json',
    handle: ({ params }, ctx) =>
      orUnknown(async () => {
        const found = await poolOf(params.pool!, ctx)
        return json({ keys: publicKeys(await keysOf(found.pool.id, found.in)) })
      }),
  },
  {
    method: 'GET',
    path: '/:pool/.well-known/openid-configuration',
    handle: ({ params }, ctx) =>
      orUnknown(async () => {
        const { pool, in: place } = await poolOf(params.pool!, ctx)
        return json(await discovery(pool, { ...place, baseUrl: ctx.baseUrl, issuer: ctx.issuer }))
      }),
  },
  {
    method: 'GET',
    path: '/:pool/ui/:client/logo',
    handle: ({ params }, ctx) =>
      orUnknown(async () => {
        const { pool, in: place } = await poolOf(params.pool!, ctx)
        const record = await place.store.of(uiCustomizations).get([pool.id, params.client!])
        if (record?.image === undefined) return unknown
        const { type, bytes } = record.image
        return {
          status: 200,
          headers: { 'content-type': type, 'cache-control': 'public, max-age=86400' },
          body: bytes,
        }
      }),
  },
]
