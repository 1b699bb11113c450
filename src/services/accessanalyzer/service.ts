import { defineService } from '../../kernel/service.ts'
import { CheckAccessNotGranted } from './checks/CheckAccessNotGranted.ts'
import { CheckNoNewAccess } from './checks/CheckNoNewAccess.ts'
import { CheckNoPublicAccess } from './checks/CheckNoPublicAccess.ts'
import type { C } from './contract.ts'

/** IAM Access Analyzer, API version 2019-11-01. */
export const service = defineService<C>()({
  name: 'accessanalyzer',
  contract: () => import('@aws-sdk/client-accessanalyzer'),
  operations: { CheckAccessNotGranted, CheckNoNewAccess, CheckNoPublicAccess },
  secrets: ['existingPolicyDocument', 'newPolicyDocument', 'policyDocument'],
  notYet: { others: 'nothing of this service is built yet' },
})
