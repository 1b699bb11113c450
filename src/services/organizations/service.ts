import { defineService } from '../../kernel/service.ts'
import type { C } from './contract.ts'

/** Say here what the service is, and which API version. */
export const service = defineService<C>()({
  name: 'organizations',
  contract: () => import('@aws-sdk/client-organizations'),
  operations: {},
  notYet: { others: 'nothing of this service is built yet' },
})
