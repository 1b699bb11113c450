import { createPrivateKey } from 'node:crypto'
import { readResponse, type SamlAssertion } from '../../../crypto/saml/response.ts'
import { XmlRefused } from '../../../crypto/saml/xml.ts'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import type { Hosted } from '../oauth/hosted.ts'
import { useAssertion } from '../saml-assertions.ts'
import { samlEncryptionOf } from '../saml-encryption.ts'
import { FederationRefused } from './refusals.ts'
import { acsUrl, entityOf, metadataOf } from './saml-providers.ts'

/** Characters of a response. */
const longest = 100_000
/** Milliseconds that clocks may differ by, and that an assertion nobody asked for may be old. */
const skew = 60_000
const fresh = 6 * 60_000

const bad = (why: string, cause?: unknown) =>
  new FederationRefused(`Error in SAML response processing: ${why}`, 'invalid_request', { cause })

/** Cognito takes no characters that UTF-8 has four bytes for. */
function checkNarrow(text: string): void {
  if (/[\u{10000}-\u{10ffff}]/u.test(text)) throw bad('characters of four bytes are not accepted')
}

async function keysOf({ pool, ctx }: Hosted, { name, details }: IdentityProviderRecord) {
  if (details.EncryptedResponses !== 'true') return []
  const { privateKey } = await samlEncryptionOf(pool.id, name, ctx)
  return [createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })]
}

/**
 * The assertion of a response, when all of it is right: signature, encryption, issuer, audience, recipient,
 * time, the request that it answers, and that it comes the first time.
 * @param request undefined for a sign-in that the provider began
 */
export async function verifiedAssertion(
  hosted: Hosted,
  provider: IdentityProviderRecord,
  encoded: string,
  request: string | undefined,
): Promise<SamlAssertion> {
  if (encoded.length > longest) throw bad('the response is too long')
  const { entityId, certificates } = await metadataOf(provider, hosted.ctx)
  const xml = Buffer.from(encoded, 'base64').toString()
  checkNarrow(xml)
  const keys = await keysOf(hosted, provider)
  let assertion: SamlAssertion
  try {
    assertion = readResponse(xml, certificates, keys)
  } catch (error) {
    // Strangers write what is read here: whatever goes wrong with it is theirs.
    throw bad(error instanceof XmlRefused ? error.message : 'it cannot be read', error)
  }
  checkNarrow(JSON.stringify([assertion.subject, ...assertion.attributes]))
  if (provider.details.EncryptedResponses === 'true' && !assertion.encrypted)
    throw bad('the assertion is not encrypted')
  if (assertion.issuer !== entityId) throw bad('the issuer is another')
  if (!assertion.audiences.includes(entityOf(hosted.pool)))
    throw bad(`the audience is not ${entityOf(hosted.pool)}`)
  const { destination } = assertion.response
  if (assertion.recipient !== acsUrl(hosted) || (destination ?? acsUrl(hosted)) !== acsUrl(hosted))
    throw bad('it is for another place')
  checkAnswers(assertion, request)
  await useUp(hosted, provider, assertion, request)
  return assertion
}

function checkAnswers({ inResponseTo, response }: SamlAssertion, request: string | undefined) {
  if (request === undefined) {
    if (inResponseTo !== undefined || response.inResponseTo !== undefined)
      throw bad('it answers a request')
  } else if (inResponseTo !== request || (response.inResponseTo ?? request) !== request)
    throw bad('it answers another request')
}

async function useUp(
  { pool, ctx }: Hosted,
  { name: provider }: IdentityProviderRecord,
  assertion: SamlAssertion,
  request: string | undefined,
): Promise<void> {
  const { id, confirmedUntil, notBefore, notOnOrAfter, sessionUntil, issuedAt } = assertion
  const now = ctx.now().getTime()
  if (!id || confirmedUntil === undefined) throw bad('it says no id, or not how long it is good')
  const ends = Math.min(confirmedUntil, notOnOrAfter ?? confirmedUntil)
  if (ends + skew <= now || (sessionUntil ?? now + 1) <= now) throw bad('it has expired')
  if ((notBefore ?? now) - skew > now) throw bad('it is not good yet')
  const age = now - (issuedAt ?? 0)
  if (request === undefined && (age > fresh || age < -skew)) throw bad('it is too old')
  const used = { pool: pool.id, provider, id, until: confirmedUntil + skew }
  if (!(await useAssertion(ctx.store, used, now))) throw bad('it has been used already')
}
