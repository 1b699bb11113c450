import type { RiskLevelType } from '@aws-sdk/client-cognito-identity-provider'
import { type AuthEventRecord, timeOf } from './auth-event-records.ts'
import { networkOf, type Origin } from './origins.ts'

/** Milliseconds in which failures count as one attack. */
const spell = 15 * 60_000
/** Kilometers an hour; aircraft are slower. */
const fastest = 1_000
/** Kilometers within which tables of addresses are wrong. */
const vague = 200

/** Kilometers between two places on a sphere (haversine); undefined when one of them is unknown. */
function distance(a: Origin['place'], b: Origin['place']): number | undefined {
  if (a?.latitude === undefined || a.longitude === undefined) return undefined
  if (b?.latitude === undefined || b.longitude === undefined) return undefined
  const radians = Math.PI / 180
  const height = Math.sin(((b.latitude - a.latitude) * radians) / 2) ** 2
  const width = Math.sin(((b.longitude - a.longitude) * radians) / 2) ** 2
  const both = Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians)
  return 12_742 * Math.asin(Math.sqrt(height + both * width))
}

/** Whether nobody can have come from the last sign-in to this one. */
function isImpossible(last: AuthEventRecord | undefined, here: Origin, now: number): boolean {
  const kilometers = last && distance(last.from.place, here.place)
  if (last === undefined || kilometers === undefined || kilometers < vague) return false
  const hours = Math.max(now - timeOf(last.id), 1) / 3_600_000
  return kilometers / hours > fastest
}

/**
 * How likely it is that a sign-in with good credentials is not its user's. A device and a network count one
 * each when no sign-in was from there, a country as well; failures of the last quarter of an hour one from
 * three on, and two from ten on; what was called invalid two; a journey that nobody can make three. Two are
 * low, three medium, four high. A user without a sign-in has nothing to differ from.
 * @param past events of the user, newest first
 * @param now milliseconds since 1970
 */
export function riskLevel(
  past: readonly AuthEventRecord[],
  here: Origin,
  { now, knownDevice }: { readonly now: number; readonly knownDevice: boolean },
): RiskLevelType | undefined {
  const signIns = past.filter(({ type }) => type === 'SignIn')
  const good = signIns.filter(({ response, feedback }) =>
    response === 'Pass' ? feedback?.value !== 'Invalid' : feedback?.value === 'Valid',
  )
  const network = networkOf(here.ip)
  const sameDevice = ({ from }: AuthEventRecord) => from.print === here.print
  const sameNetwork = ({ from }: AuthEventRecord) => networkOf(from.ip) === network
  const sameCountry = ({ from }: AuthEventRecord) => from.place?.country === here.place?.country
  const isNew = (known: boolean, same: (one: AuthEventRecord) => boolean) =>
    known && good.length > 0 && !good.some(same) ? 1 : 0
  const failures = signIns.filter(
    ({ id, response, decision }) =>
      response === 'Fail' && decision !== 'Block' && now - timeOf(id) < spell,
  ).length
  const bad = signIns.some(
    (one) =>
      one.feedback?.value === 'Invalid' &&
      ((network !== undefined && sameNetwork(one)) ||
        (here.print !== undefined && sameDevice(one) && !good.some(sameDevice))),
  )
  const points =
    isNew(here.print !== undefined && !knownDevice, sameDevice) +
    isNew(network !== undefined, sameNetwork) +
    isNew(here.place?.country !== undefined, sameCountry) +
    (failures >= 10 ? 2 : failures >= 3 ? 1 : 0) +
    (bad ? 2 : 0) +
    (isImpossible(good[0], here, now) ? 3 : 0)
  if (points >= 4) return 'High'
  if (points === 3) return 'Medium'
  return points === 2 ? 'Low' : undefined
}
