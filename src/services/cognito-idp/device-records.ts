import type { CallContext } from '../../kernel/context.ts'
import { collection, type Readable } from '../../kernel/store.ts'
import type { App } from './client-places.ts'
import { fail } from './contract.ts'
import type { PoolRecord } from './pool-records.ts'
import { pretended } from './pretence.ts'
import type { Progress } from './sign-in-steps.ts'
import type { UserRecord } from './user-records.ts'

/** A device from which a user has signed in, and which has been confirmed. */
export interface DeviceRecord {
  readonly pool: string
  readonly sub: string
  /** Region and a UUID of ours. */
  readonly key: string
  readonly name?: string | undefined
  /** What SRP needs; hexadecimal. */
  readonly srp: { readonly salt: string; readonly verifier: string }
  readonly remembered: boolean
  readonly createdAt: Date
  readonly modifiedAt: Date
  readonly authenticatedAt: Date
  readonly lastIp: string
}

export const devices = collection<DeviceRecord>('cognito.devices')({
  scope: 'region',
  version: 1,
  key: ({ pool, sub, key }) => [pool, sub, key],
})

type Owner = Pick<UserRecord, 'pool' | 'sub'>

/** Whether the pool knows devices apart. */
export const tracksDevices = ({ settings }: PoolRecord): boolean =>
  settings.DeviceConfiguration !== undefined

/** The part of a device's name in SRP that is the same for all devices of a user. */
export const deviceGroupKey = (pool: PoolRecord, { sub }: Owner): string =>
  `-${Buffer.from(pretended(pool, 'device-group', sub), 'hex')
    .toString('base64url')
    .slice(0, 8)}`

export const noDevice = () => fail('ResourceNotFoundException', 'Device does not exist.')

/** A confirmed device; refuses when there is none. */
export async function foundDevice(
  store: Readable,
  { pool, sub }: Owner,
  key: string,
): Promise<DeviceRecord> {
  const device = await store.of(devices).get([pool, sub, key])
  if (device === undefined) throw noDevice()
  return device
}

/** Refuses a sign-in that names a device which is not there. */
export async function checkDevice(
  { pool }: App,
  user: Owner,
  { device }: Progress,
  ctx: Pick<CallContext, 'store'>,
): Promise<void> {
  if (device !== undefined && tracksDevices(pool)) await foundDevice(ctx.store, user, device)
}

/** The remembered device of a sign-in, which can take the place of a second factor. */
export async function rememberedDevice(
  { pool }: App,
  user: Owner,
  { device }: Progress,
  ctx: Pick<CallContext, 'store'>,
): Promise<DeviceRecord | undefined> {
  if (device === undefined) return undefined
  if (pool.settings.DeviceConfiguration?.ChallengeRequiredOnNewDevice !== true) return undefined
  const found = await ctx.store.of(devices).get([user.pool, user.sub, device])
  return found?.remembered ? found : undefined
}

/** The device that a sign-in ends on: the one it named, noted, or a new name for it. */
export async function deviceOf(
  { pool }: App,
  user: Owner,
  { device }: Progress,
  ctx: Pick<CallContext, 'store' | 'now' | 'random' | 'region' | 'source'>,
): Promise<{ readonly key: string; readonly isNew: boolean } | undefined> {
  if (!tracksDevices(pool)) return undefined
  if (device === undefined) return { key: `${ctx.region}_${ctx.random.uuid()}`, isNew: true }
  const { pool: id, sub } = user
  await ctx.store.transaction(async (tx) => {
    const found = await foundDevice(tx, user, device)
    const noted = { ...found, authenticatedAt: ctx.now(), lastIp: ctx.source.ip }
    await tx.of(devices).put({ ...noted, pool: id, sub })
  })
  return { key: device, isNew: false }
}
