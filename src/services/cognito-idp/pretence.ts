import { createHmac } from 'node:crypto'
import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider'
import type { App } from './client-places.ts'
import { masked } from './delivery.ts'
import type { PasskeyRecord } from './passkey-records.ts'
import type { PoolRecord } from './pool-records.ts'

/** Whether the client keeps from strangers who exists. */
export const hides = ({ client }: Pick<App, 'client'>): boolean =>
  client.settings.PreventUserExistenceErrors === 'ENABLED'

/** What is made up about a user who does not exist, hexadecimal: always the same for the same name. */
export const pretended = (pool: PoolRecord, what: string, name: string): string =>
  createHmac('sha256', pool.pretence).update(`${what}|${name}`).digest('hex')

/** The `sub` of a user who does not exist. */
export const pretendedSub = (pool: PoolRecord, name: string): string =>
  pretended(pool, 'sub', name).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-4$3-a$4-$5')

/** The passkey of somebody who does not exist. */
export const pretendedPasskey = (
  pool: PoolRecord,
  name: string,
): Pick<PasskeyRecord, 'credentialId' | 'transports'> => ({
  credentialId: Buffer.from(pretended(pool, 'passkey', name), 'hex').toString('base64url'),
  transports: ['hybrid', 'internal'],
})

/** What is said about a message to somebody who does not exist. */
export function pretendedDelivery(
  pool: PoolRecord,
  name: string,
  attribute: 'email' | 'phone_number' = 'email',
): CodeDeliveryDetailsType {
  if (attribute === 'phone_number') {
    const digits = pretended(pool, 'sms', name).replace(/[a-f]/g, '7').slice(0, 4)
    const number = /^\+\d+$/.test(name) ? name : `+0000000${digits}`
    return { Destination: masked(number), DeliveryMedium: 'SMS', AttributeName: attribute }
  }
  const letters = pretended(pool, 'mail', name).replace(/\d/g, (c) => 'ghijklmnop'[Number(c)]!)
  const address = name.includes('@') ? name : `${letters[0]}@${letters[1]}`
  return { Destination: masked(address), DeliveryMedium: 'EMAIL', AttributeName: attribute }
}
