import type { App } from '../client-places.ts'
import { knowsSecret } from '../client-secrets.ts'
import { knownClient } from '../clients.ts'
import type { Hosted } from './hosted.ts'
import { OAuthError } from './json-answers.ts'

interface Claimed {
  readonly id: string
  readonly secret: string | undefined
}

/** The name and the secret in `Authorization: Basic`, each encoded as in a form (RFC 6749, section 2.3.1). */
function basic(header: string): Claimed | undefined {
  const [, encoded] = /^Basic +([A-Za-z0-9+/=_-]{1,4096})$/i.exec(header) ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  try {
    const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    )
    return { id: id!, secret: secret! }
  } catch {
    return undefined
  }
}

/**
 * The client that asks, proven by its secret where it has one: in the header, or in the form.
 * @param status of the refusal
 */
export async function askingClient(
  { pool, ctx, request }: Hosted,
  status: 400 | 401 = 400,
): Promise<App> {
  const { form, headers } = request
  const refused = () => new OAuthError('invalid_client', undefined, status)
  const header = headers.authorization
  const claimed: Claimed | undefined =
    header === undefined
      ? { id: form.get('client_id') ?? '', secret: form.get('client_secret') ?? undefined }
      : basic(header)
  if (claimed === undefined) throw refused()
  if (header !== undefined && (form.get('client_id') ?? claimed.id) !== claimed.id) throw refused()
  if (claimed.id === '') throw new OAuthError('invalid_request')
  const client = await knownClient(ctx.store, pool.id, claimed.id)
  if (client === undefined || !knowsSecret(client, claimed.secret)) throw refused()
  return { pool, client }
}
