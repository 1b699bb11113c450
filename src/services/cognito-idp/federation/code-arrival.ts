import type { HttpResponse } from '../../../kernel/http.ts'
import { type Level, levels } from '../authentication-levels.ts'
import type { IdentityProviderRecord } from '../identity-provider-records.ts'
import { type Hosted, hostedPage } from '../oauth/hosted.ts'
import { kinds } from '../provider-details.ts'
import type { Method } from '../sign-in-steps.ts'
import type { Arrival } from './arrivals.ts'
import { type Claims, claimText, jsonObject } from './claims.ts'
import { returnUri, tellsByToken } from './code-departure.ts'
import { exchanged } from './code-exchange.ts'
import { continuing, lostPage } from './continuing.ts'
import { type Departure, departureOf } from './departures.ts'
import { entered, type Manner } from './entering.ts'
import { isSameIssuer, verifiedToken } from './id-token.ts'
import { FederationRefused } from './refusals.ts'
import { userInfo } from './user-info.ts'

/** `/oauth2/idpresponse`: browsers come back from providers, some with a form. */
export const codeArrivalPages = [
  hostedPage('GET', '/oauth2/idpresponse', (hosted) => arrive(hosted, hosted.request.query)),
  hostedPage('POST', '/oauth2/idpresponse', (hosted) => arrive(hosted, hosted.request.form)),
]

const longestCode = 8_192

async function arrive(hosted: Hosted, answer: URLSearchParams): Promise<HttpResponse> {
  const departure = await departureOf(hosted, answer.get('state') ?? '')
  if (departure === undefined || departure.request !== undefined) return lostPage()
  const named = { name: departure.provider, identifier: null }
  const query = new URLSearchParams(departure.query)
  return continuing(hosted, query, named, async (asked, provider) => {
    checkAnswer(provider, answer)
    const { arrival, manner } = await arrivalBy(hosted, provider, departure, answer)
    return entered(hosted, asked, arrival, manner)
  })
}

/** Passes on why a provider signed nobody in, and refuses answers of another one (RFC 9207). */
function checkAnswer(provider: IdentityProviderRecord, answer: URLSearchParams): void {
  const issuer = answer.get('iss')
  if (issuer !== null && !isSameIssuer(issuer, provider.details.oidc_issuer))
    throw new FederationRefused('The answer is of another issuer')
  const error = answer.get('error')
  if (error !== null && /^[\w.-]{1,64}$/.test(error))
    throw new FederationRefused(answer.get('error_description') ?? error, error)
  const code = answer.get('code') ?? ''
  if (error !== null || code === '' || code.length > longestCode)
    throw new FederationRefused('There is no authorization code')
}

/** Trades the code for what the provider tells of its user. */
async function arrivalBy(
  hosted: Hosted,
  provider: IdentityProviderRecord,
  { nonce, verifier = '' }: Departure,
  answer: URLSearchParams,
): Promise<{ readonly arrival: Arrival; readonly manner: Manner }> {
  const { ctx } = hosted
  const code = answer.get('code')!
  const redirectUri = returnUri(hosted)
  const tokens = await exchanged(provider, { code, redirectUri, verifier }, ctx)
  const { accessToken, idToken, claims: tokenResponse } = tokens
  const needsToken = tellsByToken(provider)
  if (needsToken && idToken === undefined)
    throw new FederationRefused(`${provider.name} gave no id_token`)
  const told: Claims = needsToken ? await verifiedToken(provider, idToken!, nonce, ctx) : {}
  const info = {
    ...(provider.type === 'SignInWithApple' && appleName(answer.get('user'))),
    ...(await infoOf(hosted, provider, accessToken)),
  }
  if (needsToken && info.sub !== undefined && info.sub !== told.sub)
    throw new FederationRefused('The user info is of another user')
  const claims = { ...info, ...told }
  const subject = claimText(needsToken ? told.sub : claims[kinds[provider.type].subject!])
  if (!subject) throw new FederationRefused(`${provider.name} does not say who has signed in`)
  const arrival = {
    provider,
    subject,
    claims,
    tokens: { access_token: accessToken, ...(idToken !== undefined && { id_token: idToken }) },
    told: { tokenResponse, ...(needsToken && { idToken: told }), userInfo: info },
  }
  return { arrival, manner: mannerOf(provider, told) }
}

/** Who signed in by a token is known already: then it is no harm when there is nothing more to hear. */
async function infoOf(
  { ctx }: Hosted,
  provider: IdentityProviderRecord,
  accessToken: string,
): Promise<Claims> {
  try {
    return (await userInfo(provider, accessToken, ctx)) ?? {}
  } catch (error) {
    if (!tellsByToken(provider) || !(error instanceof FederationRefused)) throw error
    return {}
  }
}

/** Apple tells a name once, in the form, where nobody signs it: nothing else is taken from there. */
function appleName(text: string | null): Claims {
  const { name } = jsonObject((text ?? '').slice(0, 2_048)) ?? {}
  const { firstName, lastName } = (name ?? {}) as Claims
  const first = typeof firstName === 'string' ? firstName : undefined
  const last = typeof lastName === 'string' ? lastName : undefined
  if (first === undefined && last === undefined) return {}
  return { firstName: first, lastName: last, name: [first, last].filter(Boolean).join(' ') }
}

const methods = ['pwd', 'otp', 'sms', 'email_otp', 'swk', 'hwk', 'mfa', 'fed']
const isMethod = (one: unknown): one is Method => methods.includes(String(one))

/** How the user was signed in, as far as the pool has words for it. */
function mannerOf({ name, type, acr: mapping = {} }: IdentityProviderRecord, told: Claims): Manner {
  const { amr, acr } = type === 'OIDC' ? told : {}
  const known = Array.isArray(amr) ? [...new Set(amr.filter(isMethod))] : []
  const level: Level | undefined =
    acr === undefined ? undefined : (levels.find((one) => mapping[`Level${one}`] === acr) ?? 1)
  return {
    amr: known.length > 0 ? known : ['fed'],
    federated: { provider: name, level },
  }
}
