import { collection, type Fact, type Owner } from '../kernel/store.ts'

/** A fact that waits for delivery. */
export interface OutboxRecord {
  readonly owner: Owner
  readonly sequence: number
  readonly fact: Fact
}

/** Facts in the order of each owner. */
export const outbox = collection<OutboxRecord>('sallyport.outbox')({
  scope: 'installation',
  version: 1,
  key: ({ owner, sequence }) => [owner.account, owner.region, sequence],
})
