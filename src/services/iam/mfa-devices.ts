import { base32 } from '../../crypto/base32.ts'
import type { CallContext, ReadContext } from '../../kernel/context.ts'
import { uniqueId } from '../../kernel/ids.ts'
import { AlreadyExists } from '../../kernel/store.ts'
import { tagsToList } from '../../kernel/tags.ts'
import type { Target } from '../../kernel/target.ts'
import { iamArn } from './arns.ts'
import { fail, operation } from './contract.ts'
import { existing, pathTarget } from './holders.ts'
import { all, paged } from './listing.ts'
import { deviceOf } from './mfa-codes.ts'
import { type MfaDeviceRecord, mfaDevices, serialOf } from './mfa-device-records.ts'
import { givePlaceBack, takePlace } from './quotas.ts'
import { tagOperations } from './resource-tags.ts'
import { newTags, tagContext } from './tag-rules.ts'
import { users } from './user-records.ts'
import { rootShape, userShape } from './users.ts'

/** Bytes of a seed: 64 characters in base32, as AWS makes them. */
const seedLength = 40
/** Characters of a serial number: a device with a longer one could never be named in a request. */
const longestSerial = 256
const issuer = 'Amazon%20Web%20Services'

async function deviceTarget(
  serial: string,
  read: ReadContext,
): Promise<Target<MfaDeviceRecord | undefined>> {
  const record = await deviceOf(read.store, read.account, serial)
  return { resource: serial, ...(record && existing('mfa', record, '', read.account)), record }
}

export function foundDevice(record: MfaDeviceRecord | undefined, serial: string): MfaDeviceRecord {
  if (record === undefined)
    throw fail(
      'NoSuchEntityException',
      `VirtualMFADevice with serial number ${serial} does not exist.`,
    )
  return record
}

/** What authenticator apps scan: a PNG of the `otpauth` address that holds the seed. */
async function qrCode(name: string, account: string, seed: string): Promise<Uint8Array> {
  const { default: qr } = await import('qrcode')
  const label = `${issuer}:${encodeURIComponent(name)}@${account}`
  const png = await qr.toBuffer(`otpauth://totp/${label}?secret=${seed}&issuer=${issuer}`)
  return new Uint8Array(png)
}

export const CreateVirtualMFADevice = operation('CreateVirtualMFADevice', {
  access: {
    kind: 'iam',
    targets(input, read) {
      const resource = iamArn(read.account, 'mfa', input.VirtualMFADeviceName, input.Path)
      const create = { resource, context: tagContext(input.Tags), record: undefined }
      return input.Tags?.length ? [create, { ...create, action: 'iam:TagMFADevice' }] : [create]
    },
  },
  async handle(input, ctx) {
    const place = { name: input.VirtualMFADeviceName, path: input.Path ?? '/' }
    if (serialOf(ctx.account, place).length > longestSerial)
      throw fail(
        'ValidationError',
        `1 validation error detected: Value at 'serialNumber' failed to satisfy constraint: Member must have length less than or equal to ${longestSerial}`,
      )
    const device: MfaDeviceRecord = {
      id: uniqueId('AMFA', ctx.random),
      ...place,
      createdAt: ctx.now(),
      tags: newTags(input.Tags),
      seed: ctx.random.bytes(seedLength),
      drift: 0,
      misses: 0,
    }
    const seed = base32(device.seed)
    const QRCodePNG = await qrCode(device.name, ctx.account, seed)
    try {
      await ctx.store.transaction(async (tx) => {
        await takePlace(tx, 'VirtualMFADevices')
        await tx.of(mfaDevices).create(device)
      })
    } catch (error) {
      if (!(error instanceof AlreadyExists)) throw error
      throw fail(
        'EntityAlreadyExistsException',
        'MFADevice entity at the same path and name already exists.',
      )
    }
    return {
      VirtualMFADevice: {
        SerialNumber: serialOf(ctx.account, device),
        Base32StringSeed: new TextEncoder().encode(seed),
        QRCodePNG,
        ...(Object.keys(device.tags).length > 0 && { Tags: tagsToList(device.tags) }),
      },
    }
  },
})

export const DeleteVirtualMFADevice = operation('DeleteVirtualMFADevice', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await deviceTarget(input.SerialNumber, read)],
  },
  async handle(input, ctx, [target]) {
    const { id } = foundDevice(target.record, input.SerialNumber)
    await ctx.store.transaction(async (tx) => {
      const device = foundDevice(await tx.of(mfaDevices).get([id]), input.SerialNumber)
      if (device.holder !== undefined)
        throw fail('DeleteConflictException', 'MFA VirtualDevice in use. Must deactivate first.')
      await givePlaceBack(tx, 'VirtualMFADevices')
      await tx.of(mfaDevices).delete([id])
    })
    return {}
  },
})

async function assignedShape(device: MfaDeviceRecord, ctx: CallContext) {
  const { holder } = device
  const user =
    holder === undefined || holder === ctx.account
      ? undefined
      : await ctx.store.of(users).get([holder])
  return {
    SerialNumber: serialOf(ctx.account, device),
    ...(holder === ctx.account && {
      User: { Path: undefined, UserName: undefined, ...rootShape(ctx.account) },
    }),
    ...(user !== undefined && { User: userShape(user, ctx.account) }),
    ...(device.enabledAt !== undefined && { EnableDate: device.enabledAt }),
  }
}

export const ListVirtualMFADevices = operation('ListVirtualMFADevices', {
  access: { kind: 'iam', targets: (_input, read) => [pathTarget('mfa', undefined, read)] },
  async handle(input, ctx) {
    const { AssignmentStatus: wanted = 'Any' } = input
    const records = (await all(ctx.store, mfaDevices)).filter(
      ({ holder }) => wanted === 'Any' || (wanted === 'Assigned') === (holder !== undefined),
    )
    const order = (device: MfaDeviceRecord) => serialOf(ctx.account, device)
    const { items, ...more } = await paged(records, order, input, ctx, `mfa/${wanted}`)
    const VirtualMFADevices = await Promise.all(items.map((item) => assignedShape(item, ctx)))
    return { VirtualMFADevices, ...more }
  },
})

const tags = tagOperations({
  collection: mfaDevices,
  target: (input: { readonly SerialNumber: string }, read) =>
    deviceTarget(input.SerialNumber, read),
  found: (record, input) => foundDevice(record, input.SerialNumber),
})

export const TagMFADevice = operation('TagMFADevice', tags.tag)
export const UntagMFADevice = operation('UntagMFADevice', tags.untag)
export const ListMFADeviceTags = operation('ListMFADeviceTags', tags.list)
