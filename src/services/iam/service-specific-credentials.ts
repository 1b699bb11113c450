import { createHash } from 'node:crypto'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import type { Readable } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { iamArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { ownerOf, ownerTarget, stillThere } from './credential-owners.ts'
import { all, paged } from './listing.ts'
import {
  aliasOf,
  type ServiceCredentialRecord,
  serviceCredentials,
} from './user-credential-records.ts'
import {
  type CredentialKind,
  credentialsOf,
  ownCredential,
  remove,
  setStatus,
  statusOf,
} from './user-credentials.ts'
import { type UserRecord, users } from './user-records.ts'

/** Services that take such credentials: a user name and password, or an API key that may expire. */
const services: Readonly<Record<string, 'password' | 'api-key'>> = {
  'codecommit.amazonaws.com': 'password',
  'cassandra.amazonaws.com': 'password',
  'bedrock.amazonaws.com': 'api-key',
  'logs.amazonaws.com': 'api-key',
}
const perServiceAndUser = 2
const day = 24 * 60 * 60 * 1_000

const kind: CredentialKind<ServiceCredentialRecord> = {
  collection: serviceCredentials,
  missing: (id) => `The Service Specific Credential with id ${id} cannot be found.`,
}

function formOf(service: string): 'password' | 'api-key' {
  const form = Object.hasOwn(services, service) ? services[service] : undefined
  if (form === undefined)
    throw fail(
      'ServiceNotSupportedException',
      `No such service ${service} is supported for Service Specific Credentials`,
    )
  return form
}

/** The secret of a credential: a password, or a key that holds its alias, as Bedrock's does. */
function newSecret(form: 'password' | 'api-key', alias: string, ctx: CallContext): string {
  const random = Buffer.from(ctx.random.bytes(32)).toString('base64')
  if (form === 'password') return random
  return `ABSK${Buffer.from(`${alias}:${random}`).toString('base64')}`
}

/** `jane-at-123456789012`, or `jane+1-at-...` where that is taken for the service. */
async function freeAlias(
  tx: Readable,
  service: string,
  name: string,
  account: string,
): Promise<string> {
  for (let i = 0; ; i++) {
    const alias = `${name}${i === 0 ? '' : `+${i}`}-at-${account}`
    const other = await tx.of(serviceCredentials).findOne('alias', aliasOf({ service, alias }))
    if (other === undefined) return alias
  }
}

const hashOf = (secret: string): Uint8Array => createHash('sha256').update(secret).digest()

function metadata(credential: ServiceCredentialRecord, name: string | undefined, now: Date) {
  const { expiresAt, alias, service } = credential
  const expired = expiresAt !== undefined && expiresAt <= now
  return {
    UserName: name,
    ServiceSpecificCredentialId: credential.id,
    ServiceName: service,
    Status: expired ? ('Expired' as const) : statusOf(credential),
    CreateDate: credential.createdAt,
    ...(expiresAt !== undefined && { ExpirationDate: expiresAt }),
    ...(formOf(service) === 'password'
      ? { ServiceUserName: alias }
      : { ServiceCredentialAlias: alias }),
  }
}

const withSecret = (service: string, secret: string) =>
  formOf(service) === 'password' ? { ServicePassword: secret } : { ServiceCredentialSecret: secret }

export const CreateServiceSpecificCredential = operation('CreateServiceSpecificCredential', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      ownerTarget(input.UserName, read, {
        context: {
          'iam:ServiceSpecificCredentialServiceName': input.ServiceName,
          'iam:ServiceSpecificCredentialAgeDays': input.CredentialAgeDays?.toString(),
        },
      }),
  },
  async handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    const { ServiceName: service, CredentialAgeDays: age } = input
    const form = formOf(service)
    if (age !== undefined && form === 'password')
      throw fail('ValidationError', `CredentialAgeDays is not supported for service ${service}`)
    const now = ctx.now()
    return ctx.store.transaction(async (tx) => {
      await stillThere(tx, owner)
      const others = await credentialsOf(tx, kind, owner.id)
      const same = others.filter((other) => other.service === service)
      if (same.length >= perServiceAndUser)
        throw fail(
          'LimitExceededException',
          `Cannot exceed quota for ServiceSpecificCredentialsPerUser: ${perServiceAndUser}`,
        )
      const alias = await freeAlias(tx, service, owner.name ?? 'root', ctx.account)
      const secret = newSecret(form, alias, ctx)
      const credential: ServiceCredentialRecord = {
        id: uniqueId('ACCA', ctx.random),
        userId: owner.id,
        active: true,
        createdAt: now,
        service,
        alias,
        secretHash: hashOf(secret),
        expiresAt: age === undefined ? undefined : new Date(now.getTime() + age * day),
      }
      await tx.of(serviceCredentials).create(credential)
      return {
        ServiceSpecificCredential: {
          ...metadata(credential, owner.name, now),
          ...withSecret(service, secret),
        },
      }
    })
  },
})

const everyUser = ({ account }: ReadContext): [Target<UserRecord | undefined>] => [
  { resource: iamArn(account, 'user', '*'), record: undefined },
]

export const ListServiceSpecificCredentials = operation('ListServiceSpecificCredentials', {
  access: {
    kind: 'iam',
    targets(input, read) {
      if (input.AllUsers !== true) return ownerTarget(input.UserName, read)
      if (input.UserName !== undefined)
        throw fail('ValidationError', 'AllUsers cannot be specified together with UserName')
      return everyUser(read)
    },
  },
  async handle(input, ctx, [target]) {
    const { ServiceName: service } = input
    if (service !== undefined) formOf(service)
    const everybody = input.AllUsers === true
    const owner = everybody ? undefined : ownerOf(input.UserName, target, ctx)
    const records =
      owner === undefined
        ? await all(ctx.store, serviceCredentials)
        : await credentialsOf(ctx.store, kind, owner.id)
    const wanted = records.filter((one) => service === undefined || one.service === service)
    const list = `service-credentials/${owner?.id ?? '*'}/${service ?? '*'}`
    const { items, ...more } = await paged(wanted, (one) => one.id, input, ctx, list)
    const shapes = items.map(async (one) => {
      const name = owner?.name ?? (await ctx.store.of(users).get([one.userId]))?.name
      return metadata(one, name, ctx.now())
    })
    return { ServiceSpecificCredentials: await Promise.all(shapes), ...more }
  },
})

interface Named {
  readonly UserName?: string | undefined
  readonly ServiceSpecificCredentialId: string
}

/** The user, in the context of the credential's service, which policies may ask about. */
async function credentialTarget(input: Named, read: ReadContext) {
  const [target] = await ownerTarget(input.UserName, read)
  const id = input.ServiceSpecificCredentialId
  const credential = await read.store.of(serviceCredentials).get([id])
  const owner = target.record?.id ?? read.account
  const service = credential?.userId === owner ? credential.service : undefined
  return [{ ...target, context: { 'iam:ServiceSpecificCredentialServiceName': service } }] as const
}

export const UpdateServiceSpecificCredential = operation('UpdateServiceSpecificCredential', {
  access: { kind: 'iam', targets: credentialTarget },
  handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    return setStatus(ctx, kind, owner, input.ServiceSpecificCredentialId, input.Status)
  },
})

export const ResetServiceSpecificCredential = operation('ResetServiceSpecificCredential', {
  access: { kind: 'iam', targets: credentialTarget },
  async handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    const id = input.ServiceSpecificCredentialId
    return ctx.store.transaction(async (tx) => {
      await stillThere(tx, owner)
      const credential = await ownCredential(tx, kind, id, owner.id)
      const { service, alias } = credential
      const secret = newSecret(formOf(service), alias, ctx)
      const secretHash = hashOf(secret)
      await tx.of(serviceCredentials).update([id], (old) => ({ ...old, secretHash }))
      return {
        ServiceSpecificCredential: {
          ...metadata(credential, owner.name, ctx.now()),
          ...withSecret(service, secret),
        },
      }
    })
  },
})

export const DeleteServiceSpecificCredential = operation('DeleteServiceSpecificCredential', {
  access: { kind: 'iam', targets: credentialTarget },
  handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    return remove(ctx, kind, owner, input.ServiceSpecificCredentialId)
  },
})
