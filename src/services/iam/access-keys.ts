import type { CallContext } from '../../kernel/context.ts'
import { accessKeyId } from '../../kernel/ids.ts'
import { wholeSeconds } from '../../kernel/service.ts'
import type { Readable } from '../../kernel/store.ts'
import { type AccessKeyRecord, accessKeys } from './access-key-records.ts'
import { iamArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { ownerOf, ownerTarget, stillThere } from './credential-owners.ts'
import { paged } from './listing.ts'
import { users } from './user-records.ts'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const keysPerUser = 2

/** Makes a key for a user or a root; used by CreateAccessKey and at the first start. */
export function newAccessKey(
  account: string,
  userId: string,
  ctx: Pick<CallContext, 'random' | 'now'>,
): AccessKeyRecord {
  return {
    id: accessKeyId('AKIA', account, ctx.random),
    secret: ctx.random.text(40, alphabet),
    account,
    userId,
    active: true,
    createdAt: wholeSeconds(ctx.now()),
  }
}

const keysOf = async (tx: Readable, account: string, userId: string) =>
  (await tx.of(accessKeys).find('owner', [account, userId], { limit: 10 })).records

export const CreateAccessKey = operation('CreateAccessKey', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    const { id, name } = owner
    const key = newAccessKey(ctx.account, id, ctx)
    await ctx.store.transaction(async (tx) => {
      await stillThere(tx, owner)
      if ((await keysOf(tx, ctx.account, id)).length >= keysPerUser)
        throw fail(
          'LimitExceededException',
          `Cannot exceed quota for AccessKeysPerUser: ${keysPerUser}`,
        )
      await tx.of(accessKeys).create(key)
    })
    return {
      AccessKey: {
        UserName: name ?? 'root',
        AccessKeyId: key.id,
        Status: 'Active' as const,
        SecretAccessKey: key.secret,
        CreateDate: key.createdAt,
      },
    }
  },
})

const statusOf = (key: AccessKeyRecord) =>
  key.active ? ('Active' as const) : ('Inactive' as const)

export const ListAccessKeys = operation('ListAccessKeys', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const { id, name } = ownerOf(input.UserName, target, ctx)
    const keys = await keysOf(ctx.store, ctx.account, id)
    const { items, ...more } = await paged(keys, (key) => key.id, input, ctx, `keys/${id}`)
    return {
      AccessKeyMetadata: items.map((key) => ({
        ...(name !== undefined && { UserName: name }),
        AccessKeyId: key.id,
        Status: statusOf(key),
        CreateDate: key.createdAt,
      })),
      ...more,
    }
  },
})

async function ownKey(
  tx: Readable,
  keyId: string,
  account: string,
  userId: string,
): Promise<AccessKeyRecord> {
  const key = await tx.of(accessKeys).get([keyId])
  if (key === undefined || key.account !== account || key.userId !== userId)
    throw fail('NoSuchEntityException', `The Access Key with id ${keyId} cannot be found.`)
  return key
}

export const UpdateAccessKey = operation('UpdateAccessKey', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const { id } = ownerOf(input.UserName, target, ctx)
    const active = input.Status === 'Active'
    await ctx.store.transaction(async (tx) => {
      const key = await ownKey(tx, input.AccessKeyId, ctx.account, id)
      await tx.of(accessKeys).update([key.id], (old) => ({ ...old, active }))
    })
    return {}
  },
})

export const DeleteAccessKey = operation('DeleteAccessKey', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const { id } = ownerOf(input.UserName, target, ctx)
    await ctx.store.transaction(async (tx) => {
      const key = await ownKey(tx, input.AccessKeyId, ctx.account, id)
      await tx.of(accessKeys).delete([key.id])
    })
    return {}
  },
})

export const GetAccessKeyLastUsed = operation('GetAccessKeyLastUsed', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const key = await read.store.of(accessKeys).get([input.AccessKeyId])
      const ours = key?.account === read.account ? key : undefined
      const user = ours && (await read.store.of(users).get([ours.userId]))
      const resource = iamArn(read.account, 'user', user?.name ?? '*', user?.path)
      return [{ resource, record: ours && { key: ours, user }, tags: user?.tags }]
    },
  },
  async handle(input, ctx, [{ record }]) {
    if (record === undefined)
      throw fail(
        'NoSuchEntityException',
        `The Access Key with id ${input.AccessKeyId} cannot be found.`,
      )
    const use = await ctx.ports.activity.key(ctx.account, record.key.id)
    return {
      UserName: record.user?.name ?? 'root',
      AccessKeyLastUsed: {
        ...(use !== undefined && { LastUsedDate: wholeSeconds(new Date(use.time)) }),
        ServiceName: use?.service ?? 'N/A',
        Region: use?.region ?? 'N/A',
      },
    }
  },
})
