import type { DeviceType } from '@aws-sdk/client-cognito-identity-provider'
import { isSrpPublic } from '../../crypto/srp.ts'
import type { CallContext } from '../../kernel/context.ts'
import { bearerOf, withItsToken, withToken } from './access-tokens.ts'
import { fail, invalid, operation } from './contract.ts'
import {
  type DeviceRecord,
  devices,
  foundDevice,
  noDevice,
  tracksDevices,
} from './device-records.ts'
import { storePage } from './listing.ts'
import { type UserRecord, users } from './user-records.ts'
import { noUser } from './usernames.ts'

/** A device as users and administrators are told of it. */
export function deviceShape(
  device: DeviceRecord,
  { username }: UserRecord,
  { account, region }: Pick<CallContext, 'account' | 'region'>,
): DeviceType {
  const owner = `${username}.${device.pool}`
  const arn = `arn:aws:cognito-idp:${region}:${account}:owner/${owner}/device/${device.key}`
  const attributes = {
    device_status: 'valid',
    ...(device.name !== undefined && { device_name: device.name }),
    'dev:device_arn': arn,
    'dev:device_owner': owner,
    last_ip_used: device.lastIp,
    'dev:device_remembered_status': device.remembered ? 'remembered' : 'not_remembered',
  }
  return {
    DeviceKey: device.key,
    DeviceAttributes: Object.entries(attributes).map(([Name, Value]) => ({ Name, Value })),
    DeviceCreateDate: device.createdAt,
    DeviceLastModifiedDate: device.modifiedAt,
    DeviceLastAuthenticatedDate: device.authenticatedAt,
  }
}

/** A page of a user's devices. */
export async function listDevices(
  user: UserRecord,
  {
    Limit: limit,
    PaginationToken: mark,
  }: { Limit?: number | undefined; PaginationToken?: string | undefined },
  ctx: CallContext,
) {
  const prefix = [user.pool, user.sub]
  const { records, next } = await storePage(
    (from) => ctx.store.of(devices).list({ ...from, prefix }),
    { mark, limit: limit || 60 },
    ctx,
    `devices/${user.sub}`,
  )
  return {
    Devices: records.map((device) => deviceShape(device, user, ctx)),
    ...(next !== undefined && { PaginationToken: next }),
  }
}

/** Makes the pool trust a device instead of a second factor, or no longer. */
export const updateDevice = (
  { pool, sub }: UserRecord,
  key: string,
  status: 'remembered' | 'not_remembered' | undefined,
  ctx: CallContext,
): Promise<void> =>
  ctx.store.transaction(async (tx) => {
    const device = await foundDevice(tx, { pool, sub }, key)
    if (status === undefined) return
    const remembered = status === 'remembered'
    await tx.of(devices).put({ ...device, remembered, modifiedAt: ctx.now() })
  })

/** Deletes a device; the next sign-in from it needs every factor. */
export const forgetDevice = (
  { pool, sub }: UserRecord,
  key: string,
  ctx: CallContext,
): Promise<void> =>
  ctx.store.transaction(async (tx) => {
    if (!(await tx.of(devices).delete([pool, sub, key]))) throw noDevice()
  })

const hex = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString('hex')

/** Salt and verifier as the device has made them, hexadecimal. */
function srpOf(config: { Salt?: string | undefined; PasswordVerifier?: string | undefined } = {}) {
  const salt = hex(config.Salt)
  const verifier = hex(config.PasswordVerifier)
  if (salt.length === 0 || salt.length > 128 || !isSrpPublic(verifier))
    throw invalid('Invalid DeviceSecretVerifierConfig.')
  return { salt, verifier }
}

export const ConfirmDevice = operation('ConfirmDevice', {
  access: withToken,
  async handle(input, ctx) {
    const { pool, user, device: signedInOn } = bearerOf(input)
    if (!tracksDevices(pool))
      throw fail(
        'InvalidUserPoolConfigurationException',
        'Device tracking is not turned on for the user pool.',
      )
    const { DeviceKey: key, DeviceName: name } = input
    const srp = srpOf(input.DeviceSecretVerifierConfig)
    // The key is the one that the sign-in gave out, of which the token tells.
    if (key !== signedInOn) throw noDevice()
    const asks = pool.settings.DeviceConfiguration?.DeviceOnlyRememberedOnUserPrompt === true
    const now = ctx.now()
    const device: DeviceRecord = {
      pool: pool.id,
      sub: user.sub,
      key,
      name,
      srp,
      remembered: !asks,
      createdAt: now,
      modifiedAt: now,
      authenticatedAt: now,
      lastIp: ctx.source.ip,
    }
    await ctx.store.transaction(async (tx) => {
      if ((await tx.of(users).get([pool.id, user.sub])) === undefined) throw noUser()
      if ((await tx.of(devices).get([pool.id, user.sub, key])) !== undefined)
        throw fail('DeviceKeyExistsException', 'Device key already exists.')
      await tx.of(devices).create(device)
    })
    return { UserConfirmationNecessary: asks }
  },
})

export const GetDevice = operation('GetDevice', {
  access: withItsToken,
  async handle(input, ctx) {
    const { user } = bearerOf(input)
    const device = await foundDevice(ctx.store, user, input.DeviceKey)
    return { Device: deviceShape(device, user, ctx) }
  },
})

export const ListDevices = operation('ListDevices', {
  access: withToken,
  handle: (input, ctx) => listDevices(bearerOf(input).user, input, ctx),
})

export const UpdateDeviceStatus = operation('UpdateDeviceStatus', {
  access: withToken,
  async handle(input, ctx) {
    const { user } = bearerOf(input)
    await updateDevice(user, input.DeviceKey, input.DeviceRememberedStatus, ctx)
    return {}
  },
})

export const ForgetDevice = operation('ForgetDevice', {
  access: withItsToken,
  async handle(input, ctx) {
    await forgetDevice(bearerOf(input).user, input.DeviceKey, ctx)
    return {}
  },
})
