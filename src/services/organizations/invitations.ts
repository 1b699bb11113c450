import type { CallContext } from '../../kernel/context.ts'
import type { Readable, Transaction } from '../../kernel/store.ts'
import { leave } from './account-leaving.ts'
import { accounts, type Member, unknownAccount } from './account-records.ts'
import { accountArn } from './arns.ts'
import { fail, handshakeViolates, invalid, operation, violates } from './contract.ts'
import {
  expiryOf,
  type HandshakeRecord,
  handshakeShape,
  handshakesOf,
  type Recipient,
  send,
  stateOf,
} from './handshake-records.ts'
import { newId } from './ids.ts'
import { accountQuota, type OrganizationRecord, organizations } from './organization-records.ts'
import { counting } from './organizations.ts'
import { admitted, current, tagged, within } from './places.ts'
import { newTags } from './tag-rules.ts'

/** Who is meant, when it can be an account. */
export function recipientOf({ Id: id, Type: type }: { Id: string; Type: string }): Recipient {
  if (type === 'ACCOUNT') {
    if (!/^\d{12}$/.test(id))
      throw invalid(
        'INVALID_PATTERN',
        'You provided a value that does not match the required pattern.',
      )
    return { type, id }
  }
  if (type !== 'EMAIL')
    throw invalid(
      'INVALID_PARTY_TYPE_TARGET',
      'You specified the wrong type of entity (account, organization, or email) as a party.',
    )
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(id))
    throw invalid(
      'INVALID_EMAIL_ADDRESS_TARGET',
      'You specified an invalid email address for the invited account owner.',
    )
  return { type, id }
}

/** A handshake that the organization sends, as far as all kinds of them agree. */
export async function newHandshake(
  tx: Readable,
  org: OrganizationRecord,
  action: HandshakeRecord['action'],
  ctx: Pick<CallContext, 'now' | 'random'>,
): Promise<HandshakeRecord> {
  const management =
    (await tx.of(accounts).get([org.managementAccount])) ?? unknownAccount(org.managementAccount)
  const now = ctx.now()
  return {
    id: newId('h', ctx.random),
    organizationId: org.id,
    managementAccount: org.managementAccount,
    managementEmail: management.email,
    managementName: management.name,
    featureSet: org.featureSet,
    action,
    state: 'OPEN',
    requestedAt: now,
    expiresAt: expiryOf(action, now),
  }
}

/** Two waiting handshakes of the same kind to the same party are one too many. */
export async function refuseDuplicate(
  tx: Readable,
  org: OrganizationRecord,
  action: HandshakeRecord['action'],
  recipient: Recipient,
  now: Date,
): Promise<void> {
  const same = (h: HandshakeRecord) =>
    h.action === action &&
    h.recipient?.type === recipient.type &&
    h.recipient.id.toLowerCase() === recipient.id.toLowerCase() &&
    stateOf(h, now) === 'OPEN'
  if ((await handshakesOf(tx, org.id)).some(same))
    throw fail(
      'DuplicateHandshakeException',
      'A handshake with the same action and target already exists.',
    )
}

/** The account of a recipient, as far as organizations know it. */
export const accountOf = (store: Readable, { type, id }: Recipient) =>
  type === 'ACCOUNT'
    ? store.of(accounts).get([id])
    : store.of(accounts).findOne('email', id.toLowerCase())

export const InviteAccountToOrganization = operation('InviteAccountToOrganization', {
  access: {
    kind: 'iam',
    targets: (input, read) =>
      within('management', read, (org) => {
        const { Type, Id } = input.Target
        const resource = accountArn(org, Type === 'ACCOUNT' ? Id : '*')
        return tagged({ resource, it: undefined }, input.Tags)
      }),
  },
  async handle(input, ctx, [target]) {
    const { org: seen } = admitted(target)
    const recipient = recipientOf(input.Target)
    const tags = newTags(input.Tags)
    const { handshake, email } = await ctx.store.transaction(async (tx) => {
      const org = await current(tx, seen)
      const now = ctx.now()
      const account = await accountOf(tx, recipient)
      if (account?.organizationId === org.id)
        throw handshakeViolates(
          'ALREADY_IN_AN_ORGANIZATION',
          'The handshake request is invalid because the invited account is already a member of the organization.',
        )
      await refuseDuplicate(tx, org, 'INVITE', recipient, now)
      const open = (await handshakesOf(tx, org.id)).filter((h) => stateOf(h, now) === 'OPEN')
      if (
        open.some((h) => h.action === 'APPROVE_ALL_FEATURES' || h.action === 'ENABLE_ALL_FEATURES')
      )
        throw handshakeViolates(
          'INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES',
          "You can't issue new invitations to join an organization while it's in the process of enabling all features.",
        )
      const invited = open.filter((h) => h.action === 'INVITE').length
      if (org.accounts + invited >= accountQuota)
        throw handshakeViolates(
          'ACCOUNT_NUMBER_LIMIT_EXCEEDED',
          'You attempted to exceed the limit on the number of accounts in an organization.',
        )
      const base = await newHandshake(tx, org, 'INVITE', ctx)
      const made: HandshakeRecord = { ...base, recipient, notes: input.Notes, tags }
      await send(tx, made)
      return { handshake: made, email: recipient.type === 'EMAIL' ? recipient.id : account?.email }
    })
    if (email !== undefined && !email.endsWith('.invalid')) await tell(handshake, email, ctx)
    return { Handshake: handshakeShape(handshake, ctx.now()) }
  },
})

/** The invitation stands, also when its letter does not get through. */
const tell = (h: HandshakeRecord, to: string, ctx: CallContext): Promise<void> =>
  ctx.ports
    .sendMail({
      to,
      subject: 'Your account has been invited to join an organization',
      text: [
        `${h.managementName} (${h.managementEmail}) invites your account to join the organization ${h.organizationId}.`,
        ...(h.notes === undefined ? [] : ['', h.notes]),
        '',
        `Accept or decline the handshake ${h.id} until ${h.expiresAt.toISOString()}.`,
      ].join('\n'),
    })
    .catch((cause: unknown) =>
      ctx.log.warn('an invitation could not be mailed', { handshake: h.id, cause: String(cause) }),
    )

/**
 * The invited account joins at the root. One that belongs to another organization moves, when
 * nothing holds it there; a management account must delete its organization first.
 */
export async function acceptInvitation(
  tx: Transaction,
  handshake: HandshakeRecord,
  ctx: CallContext,
): Promise<void> {
  const org = await tx.of(organizations).get([handshake.organizationId])
  if (org === undefined)
    throw fail('HandshakeNotFoundException', "You specified a handshake that doesn't exist.")
  const id = ctx.caller.principal.account
  const account = (await tx.of(accounts).get([id])) ?? unknownAccount(id)
  if (account.organizationId === org.id)
    throw handshakeViolates(
      'ALREADY_IN_AN_ORGANIZATION',
      'The handshake request is invalid because the invited account is already a member of the organization.',
    )
  if (account.state !== 'ACTIVE')
    throw violates(
      'ACCOUNT_CREATION_NOT_COMPLETE',
      "Your account setup isn't complete or your account isn't fully active.",
    )
  if (org.accounts >= accountQuota)
    throw handshakeViolates(
      'ACCOUNT_NUMBER_LIMIT_EXCEEDED',
      'You attempted to exceed the limit on the number of accounts in an organization.',
    )
  if (account.organizationId !== undefined) {
    const old = await current(tx, { id: account.organizationId })
    await leave(tx, old, account as Member, ctx.now())
  }
  await counting(tx, org, 'accounts', 1)
  await tx.of(accounts).put({
    ...account,
    organizationId: org.id,
    parentId: org.rootId,
    joinedMethod: 'INVITED',
    joinedAt: ctx.now(),
    tags: handshake.tags ?? {},
    attachments: {},
    delegated: {},
  })
}
