import type { ReadContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import { AlreadyExists, type Readable } from '../../kernel/store.ts'
import { tagsToList } from '../../kernel/tags.ts'
import { accessKeys } from './access-key-records.ts'
import { iamArn } from './arns.ts'
import { boundaryShape, checkBoundary } from './boundaries.ts'
import { fail, operation } from './contract.ts'
import { change, found, holderTarget, pathTarget } from './holders.ts'
import { all, paged, under } from './listing.ts'
import { loginProfiles, passwordUses } from './login-profile-records.ts'
import { mfaDevices } from './mfa-device-records.ts'
import { givePlaceBack, takePlace } from './quotas.ts'
import { newTags, tagContext } from './tag-rules.ts'
import {
  serviceCredentials,
  signingCertificates,
  sshPublicKeys,
} from './user-credential-records.ts'
import { type UserRecord, userKind, users } from './user-records.ts'

export const userShape = (user: UserRecord, account: string) => ({
  Path: user.path,
  UserName: user.name,
  UserId: user.id,
  Arn: iamArn(account, 'user', user.name, user.path),
  CreateDate: user.createdAt,
})

const detailed = (user: UserRecord, account: string) => ({
  ...userShape(user, account),
  ...boundaryShape(user.boundary),
  ...(Object.keys(user.tags).length > 0 && { Tags: tagsToList(user.tags) }),
})

/** When the user last signed in by password: told by GetUser and ListUsers only. */
async function lastUse(user: UserRecord, store: Readable) {
  const use = await store.of(passwordUses).get([user.id])
  return use === undefined ? {} : { PasswordLastUsed: use.at }
}

/** The root user, which is older than every record. */
export const rootShape = (account: string) => ({
  UserId: account,
  Arn: `arn:aws:iam::${account}:root`,
  CreateDate: new Date(0),
})

/** The user that a request means when it names none: the caller. */
export function ownName(name: string | undefined, read: Pick<ReadContext, 'caller'>): string {
  if (name !== undefined) return name
  const { principal } = read.caller
  if (principal.kind === 'user') return principal.name
  throw fail('ValidationError', 'Must specify userName when calling with non-User credentials')
}

export const CreateUser = operation('CreateUser', {
  access: {
    kind: 'iam',
    targets(input, read) {
      const resource = iamArn(read.account, 'user', input.UserName, input.Path)
      const context = {
        ...tagContext(input.Tags),
        'iam:PermissionsBoundary': input.PermissionsBoundary,
      }
      const create = { resource, context, record: undefined }
      return input.Tags?.length ? [create, { ...create, action: 'iam:TagUser' }] : [create]
    },
  },
  async handle(input, ctx) {
    const tags = newTags(input.Tags)
    const user: UserRecord = {
      id: uniqueId('AIDA', ctx.random),
      name: input.UserName,
      path: input.Path ?? '/',
      createdAt: ctx.now(),
      attached: [],
      inline: {},
      groups: [],
      tags,
      boundary: input.PermissionsBoundary,
    }
    await ctx.store
      .transaction(async (tx) => {
        await checkBoundary(user.boundary, tx)
        await takePlace(tx, 'Users')
        await tx.of(users).create(user)
      })
      .catch(taken(user.name))
    return { User: detailed(user, ctx.account) }
  },
})

const taken =
  (name: string) =>
  (error: unknown): never => {
    if (!(error instanceof AlreadyExists)) throw error
    throw fail('EntityAlreadyExistsException', `User with name ${name} already exists.`)
  }

export const GetUser = operation('GetUser', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const { principal } = read.caller
      if (input.UserName === undefined && principal.kind === 'root')
        return [{ resource: principal.arn, record: undefined }]
      return [await holderTarget(userKind, ownName(input.UserName, read), read)]
    },
  },
  async handle(input, ctx, [target]) {
    const { principal } = ctx.caller
    if (input.UserName === undefined && principal.kind === 'root')
      return {
        User: { Path: '/', UserName: 'root', ...rootShape(ctx.account) },
      }
    const user = found(target.record, 'user', input.UserName ?? '')
    return { User: { ...detailed(user, ctx.account), ...(await lastUse(user, ctx.store)) } }
  },
})

export const ListUsers = operation('ListUsers', {
  access: {
    kind: 'iam',
    targets: (input, read) => [pathTarget('user', input.PathPrefix, read)],
  },
  async handle(input, ctx) {
    const records = (await all(ctx.store, users)).filter(under(input.PathPrefix))
    const { items, ...more } = await paged(records, (user) => user.name, input, ctx, 'users')
    const shapes = items.map(async (user) => ({
      ...userShape(user, ctx.account),
      ...(await lastUse(user, ctx.store)),
    }))
    return { Users: await Promise.all(shapes), ...more }
  },
})

export const UpdateUser = operation('UpdateUser', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const old = await holderTarget(userKind, input.UserName, read)
      if (input.NewUserName === undefined && input.NewPath === undefined) return [old]
      const resource = iamArn(
        read.account,
        'user',
        input.NewUserName ?? input.UserName,
        input.NewPath ?? old.record?.path,
      )
      return [old, { ...old, resource }]
    },
  },
  async handle(input, ctx, [target]) {
    const user = found(target.record, 'user', input.UserName)
    const { NewUserName: name, NewPath: path } = input
    // What is not asked for stays as it is by now, not as it was when it was loaded.
    const next = { ...(name !== undefined && { name }), ...(path !== undefined && { path }) }
    await ctx.store
      .transaction((tx) => change(tx, userKind, user, (old) => ({ ...old, ...next })))
      .catch(taken(name ?? user.name))
    return {}
  },
})

export const DeleteUser = operation('DeleteUser', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await holderTarget(userKind, input.UserName, read)],
  },
  async handle(input, ctx, [target]) {
    const { id } = found(target.record, 'user', input.UserName)
    await ctx.store.transaction(async (tx) => {
      const user = found(await tx.of(users).get([id]), 'user', input.UserName)
      const some = { limit: 1 }
      const keys = await tx.of(accessKeys).find('owner', [ctx.account, id], some)
      const certificates = await tx.of(signingCertificates).find('owner', [id], some)
      const devices = await tx.of(mfaDevices).find('holder', [id], some)
      const sshKeys = await tx.of(sshPublicKeys).find('owner', [id], some)
      const forServices = await tx.of(serviceCredentials).find('owner', [id], some)
      const password = await tx.of(loginProfiles).get([id])
      const others = [...sshKeys.records, ...forServices.records]
      const inUse = [
        [password !== undefined, 'must delete login profile first.'],
        [keys.records.length > 0, 'must delete access keys first.'],
        [certificates.records.length > 0, 'must delete certificates first.'],
        [devices.records.length > 0, 'must delete MFA device first.'],
        [user.groups.length > 0, 'must remove users from group first.'],
        [user.attached.length > 0, 'must detach all policies first.'],
        [Object.keys(user.inline).length > 0, 'must delete policies first.'],
        [others.length > 0, 'must remove referenced objects first.'],
      ] as const
      for (const [used, remedy] of inUse)
        if (used) throw fail('DeleteConflictException', `Cannot delete entity, ${remedy}`)
      await givePlaceBack(tx, 'Users')
      await tx.of(users).delete([id])
      await tx.of(passwordUses).delete([id])
    })
    return {}
  },
})
