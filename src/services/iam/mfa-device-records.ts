import { collection } from '../../kernel/store.ts'
import { iamArn } from './arns.ts'

/** A virtual MFA device: the seed that a user's authenticator app shares. */
export interface MfaDeviceRecord {
  readonly id: string
  readonly name: string
  readonly path: string
  readonly createdAt: Date
  readonly tags: Readonly<Record<string, string>>
  /** Kept, sealed, because every code is computed from it. */
  readonly seed: Uint8Array
  /** Unique id of the user that it is enabled for; the account number for the root user. */
  readonly holder?: string | undefined
  readonly enabledAt?: Date | undefined
  /** Time steps that the device's clock was ahead of ours when it was last seen. */
  readonly drift: number
  /** The newest time step whose code was taken: no code is taken twice. */
  readonly usedStep?: number | undefined
  /** Wrong codes in a row. */
  readonly misses: number
  readonly heldUntil?: Date | undefined
}

const placeOf = (device: Pick<MfaDeviceRecord, 'name' | 'path'>): string =>
  `${device.path}${device.name}`.toLowerCase()

/** Devices by an id of their own: their names are mostly names of persons. */
export const mfaDevices = collection<MfaDeviceRecord>('iam.mfa-devices')({
  scope: 'account',
  version: 1,
  key: (device) => [device.id],
  indexes: {
    place: { kind: 'blind', unique: true, of: placeOf },
    holder: {
      kind: 'clear',
      why: 'unique ids of users say nothing about persons',
      of: (device: MfaDeviceRecord) => (device.holder === undefined ? undefined : [device.holder]),
    },
  },
})

/** The serial number of a virtual device is its ARN. */
export const serialOf = (account: string, device: Pick<MfaDeviceRecord, 'name' | 'path'>): string =>
  iamArn(account, 'mfa', device.name, device.path)

/** What the index `place` holds for a serial number; undefined for one of another form or account. */
export function placeOfSerial(account: string, serial: string): string | undefined {
  const home = iamArn(account, 'mfa', '')
  return serial.startsWith(home) ? serial.slice(home.length - 1).toLowerCase() : undefined
}
