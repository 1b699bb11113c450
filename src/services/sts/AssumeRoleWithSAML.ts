import { createHash, createPrivateKey } from 'node:crypto'
import { readMetadata } from '../../crypto/saml/metadata.ts'
import { readResponse, type SamlAssertion } from '../../crypto/saml/response.ts'
import { XmlRefused } from '../../crypto/saml/xml.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { IdentityProvider } from '../../kernel/principals.ts'
import { fail, operation } from './contract.ts'
import { accountOfRole, type Federated, federatedSession } from './federation/federated-session.ts'
import { attributeKeys } from './federation/saml-attributes.ts'

type SamlProvider = Extract<IdentityProvider, { kind: 'saml' }>

const attributes = 'https://aws.amazon.com/SAML/Attributes/'
/** Milliseconds that clocks may differ. */
const skew = 300_000

const invalid = (message: string) => fail('InvalidIdentityTokenException', message)

export const AssumeRoleWithSAML = operation('AssumeRoleWithSAML', {
  access: {
    kind: 'public',
    why: 'the assertion of the identity provider is the credential',
    locate: (input, read) => accountOfRole(input.RoleArn, read.region),
  },
  async handle(input, ctx) {
    const provider = await ctx.principals.identityProvider(input.PrincipalArn)
    if (provider?.kind !== 'saml' || provider.arn.split(':')[4] !== ctx.account)
      throw invalid("Specified provider doesn't exist")
    const { assertion, issuer } = await read(input.SAMLAssertion, provider)
    checkTime(assertion, ctx.now().getTime())
    checkRecipient(assertion, ctx)
    const offered = assertion.attributes.get(`${attributes}Role`) ?? []
    const pair = [input.RoleArn, input.PrincipalArn].sort().join()
    const isOffered = offered.some(
      (value) =>
        value
          .split(',')
          .map((part) => part.trim())
          .sort()
          .join() === pair,
    )
    const refusal = 'Not authorized to perform sts:AssumeRoleWithSAML'
    if (!isOffered) throw fail('AccessDenied', refusal)
    const qualifier = createHash('sha1')
      .update(`${issuer}${ctx.account}/${provider.name}`)
      .digest('base64')
    const role = await ctx.principals.role(input.RoleArn)
    const who = federated(assertion, provider, qualifier, ctx)
    return {
      ...(await federatedSession('AssumeRoleWithSAML', input, role, who, ctx)),
      Subject: assertion.subject,
      SubjectType: assertion.subjectType,
      Issuer: issuer,
      Audience: assertion.recipient,
      NameQualifier: qualifier,
    }
  },
})

async function read(encoded: string, provider: SamlProvider) {
  const xml = Buffer.from(encoded, 'base64').toString()
  const metadata = readMetadata(provider.metadata)
  const keys = provider.keys.map((pem) => createPrivateKey(pem))
  let assertion: SamlAssertion
  try {
    assertion = readResponse(xml, metadata.certificates, keys)
  } catch (error) {
    if (!(error instanceof XmlRefused)) throw error
    throw invalid('Response signature invalid')
  }
  if (provider.encryption === 'Required' && !assertion.encrypted)
    throw invalid('The SAML assertion must be encrypted.')
  if (assertion.issuer !== metadata.entityId)
    throw invalid('Issuer not present in specified provider')
  return { assertion, issuer: assertion.issuer }
}

function checkTime(assertion: SamlAssertion, now: number): void {
  const { notBefore = 0, notOnOrAfter, confirmedUntil, sessionUntil } = assertion
  if (notBefore > now + skew) throw invalid('Assertion is not yet valid')
  const ends = [notOnOrAfter, confirmedUntil, sessionUntil].filter((end) => end !== undefined)
  if (ends.some((end) => end + skew <= now))
    throw fail('ExpiredTokenException', 'Token must be redeemed within 5 minutes of issuance')
}

/** The assertion must be meant for AWS's sign-in address, or for ours. */
function checkRecipient({ recipient, audiences }: SamlAssertion, ctx: CallContext): void {
  const aws = /^https:\/\/([a-z0-9-]+\.)?signin\.aws\.amazon\.com\/(saml|platform\/saml\/.*)$/
  const ours = recipient === `${ctx.baseUrl}/saml`
  if (recipient === undefined || !(aws.test(recipient) || ours))
    throw invalid('The recipient of the assertion is not this service')
  if (audiences.length > 0 && !audiences.some((audience) => isOurs(audience, ctx)))
    throw invalid('The audience of the assertion is not this service')
}

const isOurs = (audience: string, ctx: CallContext): boolean =>
  audience === 'urn:amazon:webservices' ||
  audience === `${ctx.baseUrl}/saml` ||
  /^https:\/\/([a-z0-9-]+\.)?signin\.aws\.amazon\.com\/saml$/.test(audience)

function federated(
  assertion: SamlAssertion,
  provider: SamlProvider,
  qualifier: string,
  ctx: CallContext,
): Federated {
  const { subject, subjectType } = assertion
  const only = (name: string): string | undefined => {
    const values = assertion.attributes.get(`${attributes}${name}`)
    if (values !== undefined && values.length > 1)
      throw invalid(`${name} in AuthnResponse must have one value`)
    return values?.[0]
  }
  const sessionName = only('RoleSessionName')
  if (sessionName === undefined) throw invalid('RoleSessionName is required in AuthnResponse')
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName))
    throw invalid('RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}')
  const lasting = {
    'saml:namequalifier': qualifier,
    'saml:sub': subject,
    'saml:sub_type': subjectType,
  }
  return {
    principal: {
      kind: 'saml',
      account: '',
      arn: provider.arn,
      userId: `${qualifier}:${subject}`,
      provider: provider.arn,
    },
    sessionName,
    context: {
      ...attributeKeys(assertion.attributes),
      'saml:aud': assertion.recipient,
      'saml:iss': assertion.issuer,
      'saml:doc': `${ctx.account}/${provider.name}`,
      ...lasting,
    },
    lasting,
    wishes: {
      tags: principalTags(assertion),
      transitiveTagKeys: [...(assertion.attributes.get(`${attributes}TransitiveTagKeys`) ?? [])],
      sourceIdentity: only('SourceIdentity'),
    },
    longest: longest(assertion, only('SessionDuration'), ctx.now().getTime()),
  }
}

function principalTags(assertion: SamlAssertion): Record<string, string> {
  const prefix = `${attributes}PrincipalTag:`
  const tags: Record<string, string> = {}
  for (const [name, values] of assertion.attributes) {
    if (!name.startsWith(prefix)) continue
    if (values.length !== 1) throw invalid('A PrincipalTag in AuthnResponse must have one value')
    tags[name.slice(prefix.length)] = values[0]!
  }
  return tags
}

/** Seconds that the provider lets a session last: what it asks for, and until its own session ends. */
function longest(
  { sessionUntil }: SamlAssertion,
  asked: string | undefined,
  now: number,
): number | undefined {
  const limits: number[] = []
  if (asked !== undefined) {
    if (!/^\d{3,5}$/.test(asked) || Number(asked) < 900 || Number(asked) > 43_200)
      throw invalid('SessionDuration in AuthnResponse must be between 900 and 43200')
    limits.push(Number(asked))
  }
  if (sessionUntil !== undefined) limits.push(Math.max(0, Math.floor((sessionUntil - now) / 1_000)))
  return limits.length === 0 ? undefined : Math.min(...limits)
}
