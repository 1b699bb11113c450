import { defineService } from '../../kernel/service.ts'
import type { C } from './contract.ts'

/** Say here what the service is, and which API version. */
export const service = defineService<C>()({
  name: 'accessanalyzer',
  contract: () => import('@aws-sdk/client-accessanalyzer'),
  operations: {},
  notYet: { others: 'nothing of this service is built yet' },
})
