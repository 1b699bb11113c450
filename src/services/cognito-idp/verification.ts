import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import type { Attributes } from './attributes.ts'
import { changed } from './attributes.ts'
import { changeUser, changeUserIn } from './changing.ts'
import type { CodeRecord } from './code-records.ts'
import { newCode, tryCode } from './codes.ts'
import { deliver, deliveryDetails } from './delivery.ts'
import { destinationOf, verificationMessage } from './messages.ts'
import type { Via } from './triggers.ts'
import type { UserRecord } from './user-records.ts'
import { users } from './user-records.ts'
import { noUser } from './usernames.ts'

/** Attributes that can be verified, and whose messages can be sent. */
export const addresses = ['email', 'phone_number'] as const
export type Address = (typeof addresses)[number]

/** The user after an address has been verified; a value that waited for it takes its place. */
export function verified(
  user: UserRecord,
  { attribute, address }: Pick<CodeRecord, 'attribute' | 'address'>,
): UserRecord {
  const { [attribute]: _, ...pending } = user.pending ?? {}
  return {
    ...user,
    pending,
    attributes: { ...user.attributes, [attribute]: address, [`${attribute}_verified`]: 'true' },
  }
}

/** Sends a code that verifies an address, the one that waits for it first. */
export async function sendVerification(
  ctx: CallContext,
  via: Via,
  user: UserRecord,
  attribute: Address,
  occasion: 'UpdateUserAttribute' | 'VerifyUserAttribute',
): Promise<CodeDeliveryDetailsType | undefined> {
  const to = destinationOf({ ...user.attributes, ...user.pending }, attribute)
  if (to === undefined) return undefined
  const code = await ctx.store.transaction(async (tx) => {
    if ((await tx.of(users).get([user.pool, user.sub])) === undefined) throw noUser()
    return newCode(tx, user, `verify-${attribute}`, to, ctx)
  })
  const message = verificationMessage(via.pool)
  await deliver(ctx, via, to, { occasion, message, user }, code)
  return deliveryDetails(to)
}

/** Verifies an address by its code. */
export async function verifyAddress(
  ctx: CallContext,
  user: UserRecord,
  attribute: Address,
  code: string,
): Promise<void> {
  const attempt = await ctx.store.transaction(async (tx) => {
    const attempt = await tryCode(tx, user, `verify-${attribute}`, code, ctx.now())
    if ('good' in attempt)
      await changeUserIn(tx, user, { user: (old) => verified(old, attempt.good) }, ctx.now())
    return attempt
  })
  if ('refused' in attempt) throw attempt.refused()
}

/**
 * Changes attributes. Addresses that the pool wants verified get a code, and keep their old value until
 * then where the pool says so.
 */
export async function changeAttributes(
  ctx: CallContext,
  via: Via,
  user: UserRecord,
  wanted: Attributes,
): Promise<CodeDeliveryDetailsType[]> {
  const { pool } = via
  const auto = new Set<string>(pool.settings.AutoVerifiedAttributes ?? [])
  const waits = new Set<string>(
    pool.settings.UserAttributeUpdateSettings?.AttributesRequireVerificationBeforeUpdate ?? [],
  )
  const isNew = (name: Address) =>
    wanted[name] !== undefined &&
    wanted[name] !== '' &&
    wanted[name] !== user.attributes[name] &&
    wanted[`${name}_verified`] !== 'true'
  const toVerify = addresses.filter((name) => auto.has(name) && isNew(name))
  const held = toVerify.filter((name) => waits.has(name) && user.attributes[name] !== undefined)
  const now = Object.fromEntries(
    Object.entries(wanted).filter(([name]) => !held.includes(name as Address)),
  )
  const next = await changeUser(ctx, user, {
    user: (old) => {
      const pending = { ...old.pending }
      for (const name of addresses)
        if (wanted[name] !== undefined) {
          if (held.includes(name)) pending[name] = wanted[name]
          else delete pending[name]
        }
      return { ...old, attributes: changed(old.attributes, now), pending }
    },
  })
  const sent: CodeDeliveryDetailsType[] = []
  for (const name of toVerify) {
    const details = await sendVerification(ctx, via, next, name, 'UpdateUserAttribute')
    if (details !== undefined) sent.push(details)
  }
  return sent
}
