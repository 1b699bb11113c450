import { stepOfCode, timeStep } from '../../crypto/totp.ts'
import type { Readable, Store } from '../../kernel/store.ts'
import { type MfaDeviceRecord, mfaDevices, placeOfSerial } from './mfa-device-records.ts'

/** Time steps to either side in which two consecutive codes bind or resynchronize a device. */
const widest = 20
/** After so many wrong codes in a row a device takes none for a while, twice as long each time. */
const patience = 5
const longestHold = 15 * 60

/** The device of a serial number; undefined when the account has none. */
export async function deviceOf(
  store: Readable,
  account: string,
  serial: string,
): Promise<MfaDeviceRecord | undefined> {
  const place = placeOfSerial(account, serial)
  return place === undefined ? undefined : store.of(mfaDevices).findOne('place', place)
}

/**
 * Takes two consecutive codes and learns from them how far the device's clock is off.
 * @returns what changes in the record; undefined when the codes are not two consecutive ones of
 *   this device, not of the last or next ten minutes, or used before
 */
export function afterTwoCodes(
  device: MfaDeviceRecord,
  codes: readonly [string, string],
  now: Date,
): Partial<MfaDeviceRecord> | undefined {
  const at = timeStep(now)
  for (let step = at - widest; step <= at + widest; step++) {
    if (isUsed(device, step - 1)) continue
    const [first, second] = codes
    if (
      stepOfCode(device.seed, first, [step - 1]) !== undefined &&
      stepOfCode(device.seed, second, [step]) !== undefined
    )
      return { drift: step - at, usedStep: step, misses: 0, heldUntil: undefined }
  }
  return undefined
}

const isUsed = (device: MfaDeviceRecord, step: number): boolean =>
  device.usedStep !== undefined && step <= device.usedStep

/** One step to either side of now, and of where the device's clock was seen last. */
function stepsNow(device: MfaDeviceRecord, now: Date): Set<number> {
  const at = timeStep(now)
  const near = [-1, 0, 1].flatMap((offset) => [at + offset, at + device.drift + offset])
  return new Set(near.filter((step) => !isUsed(device, step)))
}

/**
 * Whether the code is good for this MFA device of this user now. A good code is used up in the same
 * transaction, so that of two calls with one code at most one succeeds. Wrong codes are counted:
 * after five in a row the device takes none for 30 seconds, then a minute, up to a quarter of an
 * hour.
 * @param holder unique id of the user; the account number for the root user
 */
export function useMfaCode(
  store: Store,
  holder: string,
  serial: string,
  code: string,
  now: Date,
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const device = await deviceOf(tx, store.owner.account, serial)
    if (device === undefined || device.holder !== holder) return false
    if (device.heldUntil !== undefined && now < device.heldUntil) return false
    const step = stepOfCode(device.seed, code, stepsNow(device, now))
    const change = step === undefined ? afterMiss(device, now) : afterHit(step, now)
    await tx.of(mfaDevices).update([device.id], (old) => ({ ...old, ...change }))
    return step !== undefined
  })
}

const afterHit = (step: number, now: Date): Partial<MfaDeviceRecord> => ({
  drift: step - timeStep(now),
  usedStep: step,
  misses: 0,
  heldUntil: undefined,
})

function afterMiss(device: MfaDeviceRecord, now: Date): Partial<MfaDeviceRecord> {
  const misses = device.misses + 1
  if (misses < patience) return { misses }
  const seconds = Math.min(longestHold, 30 * 2 ** (misses - patience))
  return { misses, heldUntil: new Date(now.getTime() + seconds * 1_000) }
}
