import { parseArn } from '../../kernel/arn.ts'
import type { Caller, Layers, Policy, Principal } from '../../kernel/authorization.ts'
import type { Passwords, Random } from '../../kernel/ports.ts'
import type {
  AssumableRole,
  Credential,
  IdentityProvider,
  OpenStore,
  PrincipalDirectory,
  SessionClaims,
} from '../../kernel/principals.ts'
import type { Readable } from '../../kernel/store.ts'
import { accessKeys } from './access-key-records.ts'
import { tokenIssuers } from './account-feature-records.ts'
import { featuresOf } from './account-features.ts'
import { iamArn } from './arns.ts'
import { awsManagedPolicy } from './aws-managed/policies.ts'
import { groups } from './group-records.ts'
import type { PolicyHolder } from './holders.ts'
import { defaultDocument, managedPolicies } from './managed-policy-records.ts'
import { useMfaCode } from './mfa-codes.ts'
import { oidcProviders } from './oidc-provider-records.ts'
import { passwordPolicies } from './password-policy-records.ts'
import { asPolicy } from './policy-documents.ts'
import { type RoleRecord, roles } from './role-records.ts'
import { samlProviders } from './saml-provider-records.ts'
import { passwordSignIn } from './sign-in.ts'
import { shownTrust } from './trust-policies.ts'

import { type UserRecord, users } from './user-records.ts'

/** No Region: everything here belongs to the whole account. */
const at = (account: string) => ({ account, region: 'us-east-1' })

async function managed(store: Readable, arn: string): Promise<Policy | undefined> {
  const record = awsManagedPolicy(arn) ?? (await store.of(managedPolicies).findOne('arn', arn))
  return record && asPolicy(arn, 'managed', defaultDocument(record))
}

/** The policies that hang on a user, group or role itself. */
export async function policiesOf(store: Readable, holder: PolicyHolder): Promise<Policy[]> {
  const attached = await Promise.all(holder.attached.map((arn) => managed(store, arn)))
  const inline = Object.entries(holder.inline).map(([name, text]) => asPolicy(name, 'inline', text))
  return [...attached.filter((policy) => policy !== undefined), ...inline]
}

/** A boundary whose policy is gone allows nothing: better closed than open. */
async function boundaryOf(store: Readable, holder: PolicyHolder): Promise<Policy | undefined> {
  if (holder.boundary === undefined) return undefined
  const empty = '{"Version":"2012-10-17","Statement":[]}'
  return (await managed(store, holder.boundary)) ?? asPolicy(holder.boundary, 'managed', empty)
}

/**
 * An account's password policy may let all users change their passwords. Nothing more than one's own
 * password can be changed by ChangePassword, so that no user need be named.
 */
const mayChangePassword = asPolicy(
  'AllowUsersToChangePassword',
  'inline',
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: ['iam:ChangePassword', 'iam:GetAccountPasswordPolicy'],
      Resource: '*',
    },
  }),
)

async function ownPasswordPolicy(store: Readable): Promise<Policy[]> {
  const policy = await store.of(passwordPolicies).get(['policy'])
  return policy?.usersMayChange === true ? [mayChangePassword] : []
}

/** What a role may do at most: its policies and its boundary. */
export const roleLayers = async (store: Readable, role: RoleRecord): Promise<Layers> => ({
  identity: await policiesOf(store, role),
  boundary: await boundaryOf(store, role),
})

export async function userLayers(store: Readable, user: UserRecord): Promise<Layers> {
  const memberOf = await Promise.all(user.groups.map((id) => store.of(groups).get([id])))
  const held = await Promise.all(
    [user, ...memberOf.filter((group) => group !== undefined)].map((h) => policiesOf(store, h)),
  )
  const identity = [...held.flat(), ...(await ownPasswordPolicy(store))]
  return { identity, boundary: await boundaryOf(store, user) }
}

const userPrincipal = (user: UserRecord, account: string) => ({
  kind: 'user' as const,
  account,
  arn: iamArn(account, 'user', user.name, user.path),
  userId: user.id,
  name: user.name,
  tags: user.tags,
})

const rootPrincipal = (account: string) => ({
  kind: 'root' as const,
  account,
  arn: `arn:aws:iam::${account}:root`,
  userId: account,
})

function rolePrincipal(role: RoleRecord, claims: SessionClaims): Principal {
  const { account, name: sessionName = '' } = claims
  return {
    kind: 'role',
    account,
    arn: `arn:aws:sts::${account}:assumed-role/${role.name}/${sessionName}`,
    userId: `${role.id}:${sessionName}`,
    roleArn: iamArn(account, 'role', role.name, role.path),
    roleId: role.id,
    roleName: role.name,
    sessionName,
    serviceLinked: role.linkedTo !== undefined,
    tags: role.tags,
    session: claims.session,
    accessKeyId: claims.accessKeyId,
  }
}

const sessionLayer = (claims: SessionClaims): Pick<Layers, 'session'> =>
  claims.policies === undefined
    ? {}
    : {
        session: claims.policies.map((text, i) => asPolicy(`session-${i + 1}`, 'inline', text)),
      }

async function sessionCaller(open: OpenStore, claims: SessionClaims): Promise<Caller | undefined> {
  const { account, principalId, accessKeyId, session } = claims
  const store = open(at(account))
  if (claims.kind === 'role') {
    const role = await store.of(roles).get([principalId])
    if (role === undefined) return undefined
    return {
      principal: rolePrincipal(role, claims),
      layers: { ...(await roleLayers(store, role)), ...sessionLayer(claims) },
    }
  }
  if (principalId === account) {
    const root = { ...rootPrincipal(account), session, accessKeyId }
    if (claims.kind !== 'federated-user')
      return { principal: root, layers: { identity: [], ...sessionLayer(claims) } }
    return {
      principal: federated(claims, root.arn),
      layers: { identity: [], ...federatedLayer(claims) },
    }
  }
  const user = await store.of(users).get([principalId])
  if (user === undefined) return undefined
  const layers = await userLayers(store, user)
  const principal = userPrincipal(user, account)
  if (claims.kind === 'federated-user')
    return {
      principal: federated(claims, principal.arn),
      layers: { ...layers, ...federatedLayer(claims) },
    }
  return {
    principal: { ...principal, session, accessKeyId },
    layers: { ...layers, ...sessionLayer(claims) },
  }
}

/** GetFederationToken without a policy gives a session that its own policies allow nothing. */
const federatedLayer = (claims: SessionClaims): Pick<Layers, 'session'> =>
  sessionLayer({ ...claims, policies: claims.policies ?? [] })

function federated(claims: SessionClaims, issuerArn: string): Principal {
  const { account, name = '', principalId, session, accessKeyId } = claims
  return {
    kind: 'federated-user',
    account,
    arn: `arn:aws:sts::${account}:federated-user/${name}`,
    userId: `${account}:${name}`,
    name,
    issuerArn,
    issuerId: principalId,
    session,
    accessKeyId,
  }
}

async function credential(open: OpenStore, keyId: string): Promise<Credential | undefined> {
  // Longer than any id that IAM takes; the store would refuse such a key.
  if (keyId.length > 128) return undefined
  const key = await open(at('000000000000')).of(accessKeys).get([keyId])
  if (key === undefined) return undefined
  const { secret, active, account, userId } = key
  if (userId === account) {
    const principal = { ...rootPrincipal(account), accessKeyId: keyId }
    return { secret, active, caller: { principal, layers: { identity: [] } } }
  }
  const store = open(at(account))
  const user = await store.of(users).get([userId])
  if (user === undefined) return undefined
  const principal = { ...userPrincipal(user, account), accessKeyId: keyId }
  return { secret, active, caller: { principal, layers: await userLayers(store, user) } }
}

/** The user or role that an ARN names, exactly. */
async function entityOf(
  open: OpenStore,
  arn: string,
): Promise<UserRecord | RoleRecord | undefined> {
  const parts = parseArn(arn)
  const type = /^(user|role)\//.exec(parts?.resource ?? '')?.[1] as 'user' | 'role' | undefined
  if (parts?.service !== 'iam' || type === undefined) return undefined
  const { account, resource } = parts
  const name = resource.slice(resource.lastIndexOf('/') + 1).toLowerCase()
  const store = open(at(account))
  const record =
    type === 'user'
      ? await store.of(users).findOne('name', name)
      : await store.of(roles).findOne('name', name)
  if (record === undefined || iamArn(account, type, record.name, record.path) !== arn)
    return undefined
  return record
}

/** The ARN that a user or role has by now; undefined when it is gone. */
export async function arnOf(
  open: OpenStore,
  account: string,
  id: string,
): Promise<string | undefined> {
  const store = open(at(account))
  if (id.startsWith('AROA')) {
    const role = await store.of(roles).get([id])
    return role && iamArn(account, 'role', role.name, role.path)
  }
  const user = await store.of(users).get([id])
  return user && iamArn(account, 'user', user.name, user.path)
}

async function assumable(open: OpenStore, arn: string): Promise<AssumableRole | undefined> {
  const role = await entityOf(open, arn)
  if (role === undefined || !('trust' in role)) return undefined
  const { account } = parseArn(arn)!
  const trust = await shownTrust(role, { arnOf: (owner, id) => arnOf(open, owner, id) })
  return {
    id: role.id,
    name: role.name,
    arn,
    account,
    trust: asPolicy(arn, 'resource', trust),
    tags: role.tags,
    maxSessionDuration: role.maxSessionDuration,
  }
}

async function identityProvider(
  open: OpenStore,
  arn: string,
): Promise<IdentityProvider | undefined> {
  const [, account = '', kind, name = ''] =
    /^arn:aws:iam::(\d{12}):(oidc|saml)-provider\/(.+)$/.exec(arn) ?? []
  if (kind === undefined || arn.length > 1_024) return undefined
  const store = open(at(account))
  if (kind === 'oidc') {
    const found = await store.of(oidcProviders).findOne('name', name)
    return found && { kind, arn, ...found }
  }
  const found = await store.of(samlProviders).findOne('name', name.toLowerCase())
  return found && { kind: 'saml', arn, ...found, keys: found.keys.map(({ pem }) => pem) }
}

async function tokenIssuer(open: OpenStore, id: string) {
  if (!/^[0-9a-f-]{36}$/.test(id)) return undefined
  const issuer = await open(at('000000000000')).of(tokenIssuers).get([id])
  const enabled = issuer && (await featuresOf(open(at(issuer.account)))).outboundIssuer
  return issuer && enabled ? { account: issuer.account, url: issuer.url } : undefined
}

/** What iam provides to the gateway and, through `ctx.principals`, to sts. */
export const principalDirectory = (
  open: OpenStore,
  now: () => Date,
  random: Random,
  passwords: Passwords,
): PrincipalDirectory => ({
  signIn: passwordSignIn(open, now, random, passwords),
  credential: (keyId) => credential(open, keyId),
  caller: (claims) => sessionCaller(open, claims),
  role: (arn) => assumable(open, arn),
  identityProvider: (arn) => identityProvider(open, arn),
  tokenSettings: (account) => featuresOf(open(at(account))),
  tokenIssuer: (id) => tokenIssuer(open, id),
  identify: async (arn) => (await entityOf(open, arn))?.id,
  arnOf: (account, id) => arnOf(open, account, id),
  async managedPolicy(arn) {
    const account = parseArn(arn)?.account
    return account === undefined ? undefined : managed(open(at(account)), arn)
  },
  mfa: (account, principalId, serial, code) =>
    useMfaCode(open(at(account)), principalId, serial, code, now()),
})
