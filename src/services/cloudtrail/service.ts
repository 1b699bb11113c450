import { defineService } from '../../kernel/service.ts'
import type { C } from './contract.ts'
import { LookupEvents } from './LookupEvents.ts'

/** AWS CloudTrail, API version 2013-11-01: so far the event history. */
export const service = defineService<C>()({
  name: 'cloudtrail',
  contract: () => import('@aws-sdk/client-cloudtrail'),
  operations: { LookupEvents },
  notYet: { others: 'trails, event data stores and Insights are still to be built' },
  quotas: { LookupEvents: { rate: 2, burst: 2 } },
})
