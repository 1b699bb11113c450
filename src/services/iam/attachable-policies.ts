import type { Readable } from '../../kernel/store.ts'
import { awsManagedPolicy } from './aws-managed/policies.ts'
import { managedPolicies } from './managed-policy-records.ts'

/**
 * Whether principals of the store's account may have the policy: one of AWS's or of their own
 * account, never another account's. Asked within the transaction that attaches, so that a policy
 * that goes meanwhile leaves no dangling attachment.
 */
export const isAttachable = async (store: Readable, arn: string): Promise<boolean> =>
  awsManagedPolicy(arn) !== undefined ||
  (await store.of(managedPolicies).findOne('arn', arn)) !== undefined
