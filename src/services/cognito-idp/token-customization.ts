import type { CallContext } from '../../kernel/context.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'
import { ask, attributesFor, hookOf, isObject, metadataOf } from './triggers.ts'
import type { UserRecord } from './user-records.ts'

type Claims = Readonly<Record<string, unknown>>

/** What has led to tokens, as functions hear it (`TokenGeneration_...`). */
export type TokenOccasion =
  | 'HostedAuth'
  | 'Authentication'
  | 'NewPasswordChallenge'
  | 'AuthenticateDevice'
  | 'RefreshTokens'

/** ID and access token before they are signed. */
export interface Draft {
  readonly id: Claims
  readonly access: Claims
}

/** Claims that no function changes. */
const fixed = new Set([
  'acr',
  'amr',
  'at_hash',
  'auth_time',
  'azp',
  'client_id',
  'device_key',
  'event_id',
  'exp',
  'iat',
  'identities',
  'iss',
  'jti',
  'nbf',
  'nonce',
  'origin_jti',
  'sub',
  'token_use',
  'username',
  'version',
])

const mostChanges = 5_000
const roleClaims = ['cognito:roles', 'cognito:preferred_role']

const isFixed = (name: string): boolean =>
  fixed.has(name) || (name.startsWith('cognito:') && name !== 'cognito:groups')

const list = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []

const bad = (why: string) => fail('InvalidLambdaResponseException', why)

/** Claims with those of a function added and taken away. */
function changedClaims(
  claims: Claims,
  change: unknown,
  allowed: (name: string, value: unknown) => boolean,
): Claims {
  if (!isObject(change)) return claims
  const added = isObject(change.claimsToAddOrOverride) ? change.claimsToAddOrOverride : {}
  const out: Record<string, unknown> = { ...claims }
  for (const name of list(change.claimsToSuppress)) {
    if (isFixed(name) || name === 'aud') continue
    delete out[name]
    if (name === 'cognito:groups') for (const role of roleClaims) delete out[role]
  }
  for (const [name, value] of Object.entries(added)) if (allowed(name, value)) out[name] = value
  return out
}

/** Groups and roles as a function has them. */
function groupClaims(override: unknown): Claims | undefined {
  if (!isObject(override)) return undefined
  const { groupsToOverride, iamRolesToOverride, preferredRole } = override
  return {
    ...(Array.isArray(groupsToOverride) && { 'cognito:groups': list(groupsToOverride) }),
    ...(Array.isArray(iamRolesToOverride) && { 'cognito:roles': list(iamRolesToOverride) }),
    ...(typeof preferredRole === 'string' && { 'cognito:preferred_role': preferredRole }),
  }
}

const withGroups = ({ id, access }: Draft, groups: Claims | undefined): Draft => {
  if (groups === undefined) return { id, access }
  const known = groups['cognito:groups']
  return {
    id: { ...id, ...groups },
    access: { ...access, ...(known !== undefined && { 'cognito:groups': known }) },
  }
}

/** The first version of the event: texts in the ID token. */
function byFirstVersion(draft: Draft, response: Claims): Draft {
  const details = response.claimsOverrideDetails
  if (!isObject(details)) return draft
  const { id, access } = withGroups(draft, groupClaims(details.groupOverrideDetails))
  const text = (name: string, value: unknown) =>
    !isFixed(name) && name !== 'aud' && typeof value === 'string'
  return { id: changedClaims(id, details, text), access }
}

function changedScopes(scope: unknown, change: unknown): string {
  const now = String(scope ?? '').split(' ')
  if (!isObject(change)) return now.join(' ')
  const gone = new Set(list(change.scopesToSuppress))
  const added = list(change.scopesToAdd)
  for (const one of added)
    if (/\s/.test(one) || one.startsWith('aws.cognito') || one === '')
      throw bad(`The function adds the scope ${one}, which cannot be added.`)
  return [...new Set([...now.filter((one) => !gone.has(one)), ...added])].join(' ').trim()
}

/** From the second version on also the access token changes, and claims have any JSON value. */
function bySecondVersion(draft: Draft, response: Claims): Draft {
  const details = response.claimsAndScopeOverrideDetails
  if (!isObject(details)) return draft
  const { id, access } = withGroups(draft, groupClaims(details.groupOverrideDetails))
  const { idTokenGeneration, accessTokenGeneration } = details
  const inId = (name: string) => !isFixed(name) && name !== 'aud'
  const inAccess = (name: string, value: unknown) =>
    !isFixed(name) && name !== 'scope' && (name !== 'aud' || value === access.client_id)
  const scope = changedScopes(access.scope, accessTokenGeneration)
  const changed = changedClaims(access, accessTokenGeneration, inAccess)
  return {
    id: changedClaims(id, idTokenGeneration, inId),
    access: { ...changed, scope },
  }
}

/** How much a function changes, however deep it says so. */
function countChanges(value: unknown): number {
  if (Array.isArray(value)) return value.length
  if (!isObject(value)) return 0
  return Object.values(value).reduce<number>(
    (sum, one) => sum + (isObject(one) || Array.isArray(one) ? countChanges(one) : 1),
    0,
  )
}

function checkChanges(response: Claims): void {
  if (countChanges(response) > mostChanges)
    throw bad(`The function changes more than ${mostChanges} claims and scopes.`)
}

/** Lets the pool's function change the access token of a client that signs in for itself. */
export async function customizedForClient(
  app: App,
  access: Claims,
  ctx: CallContext,
): Promise<Claims> {
  if (hookOf(app.pool, 'PreTokenGeneration')?.version !== '3') return access
  const asked = {
    source: 'TokenGeneration_ClientCredentials',
    userName: 'ClientCredentials',
    request: {
      userAttributes: {},
      groupConfiguration: null,
      scopes: String(access.scope).split(' '),
      ...metadataOf(app),
    },
    response: { claimsAndScopeOverrideDetails: null },
  }
  const response = (await ask('PreTokenGeneration', app, asked, ctx)) ?? {}
  checkChanges(response)
  return bySecondVersion({ id: {}, access }, response).access
}

/** Lets the pool's function change the claims of tokens before they are signed. */
export async function customized(
  app: App,
  user: UserRecord,
  draft: Draft,
  occasion: TokenOccasion,
  ctx: CallContext,
): Promise<Draft> {
  const hook = hookOf(app.pool, 'PreTokenGeneration')
  if (hook === undefined) return draft
  const first = hook.version === '1'
  const request = {
    userAttributes: attributesFor(user),
    groupConfiguration: {
      groupsToOverride: draft.id['cognito:groups'] ?? [],
      iamRolesToOverride: draft.id['cognito:roles'] ?? [],
      preferredRole: draft.id['cognito:preferred_role'] ?? null,
    },
    ...(!first && { scopes: String(draft.access.scope).split(' ') }),
    ...metadataOf(app),
  }
  const asked = {
    source: `TokenGeneration_${occasion}`,
    userName: user.username,
    request,
    response: first ? { claimsOverrideDetails: null } : { claimsAndScopeOverrideDetails: null },
  }
  const response = (await ask('PreTokenGeneration', app, asked, ctx)) ?? {}
  checkChanges(response)
  return first ? byFirstVersion(draft, response) : bySecondVersion(draft, response)
}
