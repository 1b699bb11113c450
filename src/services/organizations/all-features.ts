import type { Transaction } from '../../kernel/store.ts'
import { accounts } from './account-records.ts'
import { handshakeViolates, operation } from './contract.ts'
import {
  type HandshakeRecord,
  handshakeShape,
  handshakesOf,
  openWhenAgreed,
  send,
  stateOf,
  withdrawAll,
} from './handshake-records.ts'
import { newHandshake } from './invitations.ts'
import { everything } from './listing.ts'
import { organizations } from './organization-records.ts'
import { admitted, anywhere, current, within } from './places.ts'

/**
 * Begins the change from consolidated billing to all features: every invited member is asked, and
 * when all have agreed the management account finishes it by accepting the handshake returned here.
 */
export const EnableAllFeatures = operation('EnableAllFeatures', {
  access: { kind: 'iam', targets: (_, read) => within('management', read, () => anywhere()) },
  async handle(_, ctx, [target]) {
    const { org: seen } = admitted(target)
    const handshake = await ctx.store.transaction(async (tx) => {
      const org = await current(tx, seen)
      if (org.featureSet === 'ALL')
        throw handshakeViolates(
          'ORGANIZATION_ALREADY_HAS_ALL_FEATURES',
          'The handshake request is invalid because the organization has already enabled all features.',
        )
      const now = ctx.now()
      const running = (h: HandshakeRecord) =>
        h.action === 'ENABLE_ALL_FEATURES' && ['OPEN', 'REQUESTED'].includes(stateOf(h, now))
      if ((await handshakesOf(tx, org.id)).some(running))
        throw handshakeViolates(
          'ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION',
          'The handshake request is invalid because the organization has already started the process to enable all features.',
        )
      await withdrawAll(tx, org.id, now, 'INVITE')
      const members = await everything((o) => tx.of(accounts).find('organization', [org.id], o))
      const asked = members.filter(
        ({ id, joinedMethod, state }) =>
          id !== org.managementAccount && joinedMethod === 'INVITED' && state === 'ACTIVE',
      )
      const base = await newHandshake(tx, org, 'ENABLE_ALL_FEATURES', ctx)
      const whole: HandshakeRecord = { ...base, state: asked.length > 0 ? 'REQUESTED' : 'OPEN' }
      await send(tx, whole)
      for (const { id } of asked)
        await send(tx, {
          ...(await newHandshake(tx, org, 'APPROVE_ALL_FEATURES', ctx)),
          parent: whole.id,
          recipient: { type: 'ACCOUNT', id },
        })
      return whole
    })
    return { Handshake: handshakeShape(handshake, ctx.now()) }
  },
})

/** When nobody else is to answer, the management account may finish. */
export async function approveAllFeatures(
  tx: Transaction,
  { id, parent }: HandshakeRecord,
): Promise<void> {
  if (parent !== undefined) await openWhenAgreed(tx, parent, id)
}

export async function finalizeAllFeatures(
  tx: Transaction,
  { organizationId }: HandshakeRecord,
): Promise<void> {
  await tx.of(organizations).update([organizationId], (old) => ({ ...old, featureSet: 'ALL' }))
}
