import type { ResponsibilityTransferStatus } from '@aws-sdk/client-organizations'
import { collection, type Readable } from '../../kernel/store.ts'
import { everything } from './listing.ts'

/** One organization manages a responsibility (billing) of another. */
export interface TransferRecord {
  readonly id: string
  readonly name: string
  readonly type: 'BILLING'
  /** As it was left; an unanswered one expires by the clock: `statusOf`. */
  readonly status: ResponsibilityTransferStatus
  /** Who manages: the organization that sent the invitation. */
  readonly target: Side & { readonly organizationId: string }
  /** Whose responsibility it is; account and organization are known once somebody accepts. */
  readonly source: Side
  readonly start: Date
  readonly end?: Date | undefined
  readonly handshakeId: string
  readonly expiresAt: Date
  readonly tags: Readonly<Record<string, string>>
}

interface Side {
  readonly organizationId?: string | undefined
  readonly account?: string | undefined
  readonly email?: string | undefined
}

export const transfers = collection<TransferRecord>('organizations.transfers')({
  scope: 'installation',
  version: 1,
  key: (transfer) => [transfer.id],
  indexes: {
    target: {
      kind: 'clear',
      why: 'ids of organizations are keys everywhere',
      of: (t: TransferRecord) => [t.target.organizationId],
    },
    source: {
      kind: 'clear',
      why: 'ids of organizations are keys everywhere',
      of: ({ source }: TransferRecord) =>
        source.organizationId === undefined ? undefined : [source.organizationId],
    },
  },
})

export const statusOf = (transfer: TransferRecord, now: Date): ResponsibilityTransferStatus =>
  transfer.status === 'REQUESTED' && now >= transfer.expiresAt ? 'EXPIRED' : transfer.status

/** Whether it holds, or may still come to hold. */
export function isUnderWay(transfer: TransferRecord, now: Date): boolean {
  const status = statusOf(transfer, now)
  if (status === 'ACCEPTED' || status === 'REQUESTED') return true
  return status === 'WITHDRAWN' && transfer.end !== undefined && transfer.end > now
}

export const transfersFrom = (
  store: Readable,
  side: 'target' | 'source',
  organizationId: string,
): Promise<TransferRecord[]> =>
  everything((options) => store.of(transfers).find(side, [organizationId], options))

export const transfersOf = async (
  store: Readable,
  organizationId: string,
): Promise<TransferRecord[]> => [
  ...(await transfersFrom(store, 'target', organizationId)),
  ...(await transfersFrom(store, 'source', organizationId)),
]
