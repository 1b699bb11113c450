import type { KeyState, KeyUsageType } from '@aws-sdk/client-kms'
import type { ServiceError } from '../../kernel/errors.ts'
import { fail } from './contract.ts'
import { type KeyRecord, keyArn } from './key-records.ts'

/** The state that a key is in; most of it follows from what the record says. */
export function stateOf(key: KeyRecord): KeyState {
  if (key.deletion !== undefined)
    return key.deletion.at === undefined ? 'PendingReplicaDeletion' : 'PendingDeletion'
  if (key.origin === 'EXTERNAL' && lacksMaterial(key)) return 'PendingImport'
  if (key.unreachable) return 'Unavailable'
  return key.enabled ? 'Enabled' : 'Disabled'
}

/** Whether imported material that the key needs for good was never here, or is away. */
const lacksMaterial = ({ material, absent = [], pending }: KeyRecord): boolean =>
  material === undefined || absent.some((id) => id !== pending?.id)

const words: Readonly<Partial<Record<KeyState, string>>> = {
  PendingDeletion: 'pending deletion',
  PendingReplicaDeletion: 'pending replica deletion',
  PendingImport: 'pending import',
  Unavailable: 'unavailable',
  Creating: 'creating',
  Updating: 'updating',
}

/** AWS's refusal for a key whose state does not permit an operation. */
export const invalidState = (key: KeyRecord): ServiceError =>
  fail('KMSInvalidStateException', `${keyArn(key)} is ${words[stateOf(key)] ?? 'disabled'}.`)

/** Refuses to use a key that is disabled, leaves soon, or has no material. */
export function checkUsable(key: KeyRecord): void {
  const state = stateOf(key)
  if (state === 'Enabled') return
  if (state === 'Disabled') throw fail('DisabledException', `${keyArn(key)} is disabled.`)
  throw invalidState(key)
}

/** Refuses changes of a key that waits for its deletion. */
export function checkLiving(key: KeyRecord): void {
  if (key.deletion !== undefined) throw invalidState(key)
}

/** Refuses to change a key that a service manages. */
export function checkCustomerManaged(key: KeyRecord): void {
  if (key.manager === 'AWS')
    throw fail(
      'AccessDeniedException',
      `${keyArn(key)} is an AWS managed key and cannot be changed.`,
    )
}

/** Refuses changes that belong to the primary of related multi-Region keys. */
export function checkPrimary(key: KeyRecord): void {
  if (key.multiRegion?.type === 'REPLICA')
    throw fail('UnsupportedOperationException', `${keyArn(key)} is not a multi-region primary key.`)
}

/** Refuses a key of another use than the operation's. */
export function checkUsage(key: KeyRecord, usage: KeyUsageType, operation: string): void {
  if (key.usage === usage) return
  throw fail(
    'InvalidKeyUsageException',
    `${keyArn(key)} key usage is ${key.usage} which is not valid for ${operation}.`,
  )
}
