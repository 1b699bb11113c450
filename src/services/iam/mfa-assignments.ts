import type { CallContext, ReadContext } from '../../kernel/context.ts'
import type { Readable, Transaction } from '../../kernel/store.ts'
import type { Target } from '../../kernel/target.ts'
import { fail, operation } from './contract.ts'
import { type CredentialOwner, ownerOf, ownerTarget, stillThere } from './credential-owners.ts'
import { paged } from './listing.ts'
import { afterTwoCodes, deviceOf } from './mfa-codes.ts'
import { type MfaDeviceRecord, mfaDevices, serialOf } from './mfa-device-records.ts'
import { foundDevice } from './mfa-devices.ts'
import type { UserRecord } from './user-records.ts'

const devicesPerUser = 8

/** Devices that are enabled for a user, or for the root user by the account number. */
export const devicesOf = async (
  store: Readable,
  holder: string,
): Promise<readonly MfaDeviceRecord[]> =>
  (await store.of(mfaDevices).find('holder', [holder], { limit: 100 })).records

/**
 * Two operations demand a user's name, and the root user has none. Root means itself by `root`,
 * unless there is a user of that name.
 */
async function namedTarget(
  name: string,
  read: ReadContext,
): Promise<[Target<UserRecord | undefined>]> {
  const [target] = await ownerTarget(name, read)
  return target.record === undefined && isRoot(name, read) ? ownerTarget(undefined, read) : [target]
}

const isRoot = (name: string, { caller }: Pick<ReadContext, 'caller'>): boolean =>
  name === 'root' && caller.principal.kind === 'root'

const namedOwner = (
  name: string,
  target: Target<UserRecord | undefined>,
  ctx: CallContext,
): CredentialOwner =>
  ownerOf(target.record === undefined && isRoot(name, ctx) ? undefined : name, target, ctx)

async function assignedDevice(
  tx: Readable,
  account: string,
  owner: CredentialOwner,
  serial: string,
): Promise<MfaDeviceRecord> {
  const device = await deviceOf(tx, account, serial)
  if (device === undefined || device.holder !== owner.id)
    throw fail('NoSuchEntityException', 'MFA Device invalid for user.')
  return device
}

/** What two codes change in the record, or AWS's InvalidAuthenticationCode. */
function checkedCodes(
  device: MfaDeviceRecord,
  input: { readonly AuthenticationCode1: string; readonly AuthenticationCode2: string },
  now: Date,
): Partial<MfaDeviceRecord> {
  const change = afterTwoCodes(device, [input.AuthenticationCode1, input.AuthenticationCode2], now)
  if (change === undefined)
    throw fail('InvalidAuthenticationCodeException', 'Authentication code for device is not valid.')
  return change
}

async function checkQuota(tx: Transaction, owner: CredentialOwner): Promise<void> {
  if ((await devicesOf(tx, owner.id)).length >= devicesPerUser)
    throw fail(
      'LimitExceededException',
      `Cannot exceed quota for MFADevicesPerUser: ${devicesPerUser}`,
    )
}

export const EnableMFADevice = operation('EnableMFADevice', {
  access: { kind: 'iam', targets: (input, read) => namedTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const owner = namedOwner(input.UserName, target, ctx)
    await ctx.store.transaction(async (tx) => {
      await stillThere(tx, owner)
      const serial = input.SerialNumber
      const device = foundDevice(await deviceOf(tx, ctx.account, serial), serial)
      if (device.holder !== undefined)
        throw fail('EntityAlreadyExistsException', 'MFA Device already in use.')
      await checkQuota(tx, owner)
      const change = checkedCodes(device, input, ctx.now())
      const enabled = { ...change, holder: owner.id, enabledAt: ctx.now() }
      await tx.of(mfaDevices).update([device.id], (old) => ({ ...old, ...enabled }))
    })
    return {}
  },
})

export const ResyncMFADevice = operation('ResyncMFADevice', {
  access: { kind: 'iam', targets: (input, read) => namedTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const owner = namedOwner(input.UserName, target, ctx)
    await ctx.store.transaction(async (tx) => {
      await stillThere(tx, owner)
      const device = await assignedDevice(tx, ctx.account, owner, input.SerialNumber)
      const change = checkedCodes(device, input, ctx.now())
      await tx.of(mfaDevices).update([device.id], (old) => ({ ...old, ...change }))
    })
    return {}
  },
})

export const DeactivateMFADevice = operation('DeactivateMFADevice', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    await ctx.store.transaction(async (tx) => {
      await stillThere(tx, owner)
      const device = await assignedDevice(tx, ctx.account, owner, input.SerialNumber)
      // What was used stays used: the device may be enabled again with the same seed.
      const free = { holder: undefined, enabledAt: undefined, drift: 0 }
      await tx.of(mfaDevices).update([device.id], (old) => ({ ...old, ...free }))
    })
    return {}
  },
})

export const ListMFADevices = operation('ListMFADevices', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const { id, name } = ownerOf(input.UserName, target, ctx)
    const order = (device: MfaDeviceRecord) => serialOf(ctx.account, device)
    const devices = await devicesOf(ctx.store, id)
    const { items, ...more } = await paged(devices, order, input, ctx, `mfa/${id}`)
    return {
      MFADevices: items.map((device) => ({
        UserName: name,
        SerialNumber: serialOf(ctx.account, device),
        EnableDate: device.enabledAt,
      })),
      ...more,
    }
  },
})

export const GetMFADevice = operation('GetMFADevice', {
  access: { kind: 'iam', targets: (input, read) => ownerTarget(input.UserName, read) },
  async handle(input, ctx, [target]) {
    const owner = ownerOf(input.UserName, target, ctx)
    const device = await assignedDevice(ctx.store, ctx.account, owner, input.SerialNumber)
    return {
      ...(owner.name !== undefined && { UserName: owner.name }),
      SerialNumber: serialOf(ctx.account, device),
      EnableDate: device.enabledAt,
    }
  },
})
