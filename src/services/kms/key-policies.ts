import { checkPolicy } from '../../access/check-policy.ts'
import { invalidPrincipal } from '../../access/check-principals.ts'
import { decide } from '../../access/evaluate.ts'
import { principalsByArn, principalsById } from '../../access/stored-principals.ts'
import type { CallContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import { type KeyRecord, keyArn, keys } from './key-records.ts'
import { checkCustomerManaged } from './key-states.ts'
import { foundKey, managed, managing, policyOf } from './key-targets.ts'

/** Bytes of a key policy. */
const largest = 32_768
const policyName = 'default'

/** The policy of a key that is made without one: the account decides by its IAM policies. */
export const defaultPolicy = (account: string): string =>
  JSON.stringify(
    {
      Version: '2012-10-17',
      Id: 'key-default-1',
      Statement: [
        {
          Sid: 'Enable IAM User Permissions',
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${account}:root` },
          Action: 'kms:*',
          Resource: '*',
        },
      ],
    },
    null,
    2,
  )

type StoredPolicy = Pick<KeyRecord, 'policy' | 'policyPrincipals'>

/**
 * A policy as it is kept: users and roles by their unique ids. Refuses what KMS would not store:
 * malformed, too long, principals that do not exist, or one that would lock out the caller, who must be
 * able to put another one afterwards.
 * @param old the policy that it replaces, whose principals may be named by id
 */
export async function storedPolicy(
  document: string,
  key: Pick<KeyRecord, 'id' | 'account' | 'region' | 'tags'>,
  bypass: boolean | undefined,
  ctx: CallContext,
  old?: StoredPolicy,
): Promise<StoredPolicy> {
  if (Buffer.byteLength(document) > largest)
    throw fail('LimitExceededException', `The key policy is longer than ${largest} bytes.`)
  const fault = checkPolicy(document, 'resource')
  if (fault !== undefined) throw malformed(fault.message)
  const known = old?.policyPrincipals
  const stored = await principalsById(document, ctx.principals, key.account, known)
  if ('unknown' in stored) throw malformed(invalidPrincipal(stored.unknown))
  checkLockout(stored.text, key, bypass, ctx)
  return { policy: stored.text, policyPrincipals: stored.ids }
}

/** KMS does not say which principal it does not know. */
function malformed(sentence: string) {
  const isPrincipal = sentence.startsWith('Invalid principal in policy')
  return fail(
    'MalformedPolicyDocumentException',
    isPrincipal ? 'Policy contains a statement with one or more invalid principals.' : sentence,
  )
}

/** A key policy as it is shown: by the ARNs that its principals have now. */
export const shownPolicy = (
  { policy, policyPrincipals }: StoredPolicy,
  ctx: Pick<CallContext, 'principals'>,
): Promise<string> => principalsByArn({ text: policy, ids: policyPrincipals }, ctx.principals)

function checkLockout(
  policy: string,
  key: Pick<KeyRecord, 'id' | 'account' | 'region' | 'tags'>,
  bypass: boolean | undefined,
  ctx: CallContext,
): void {
  if (bypass === true) return
  const request = {
    principal: ctx.caller.principal,
    layers: ctx.caller.layers,
    action: 'kms:PutKeyPolicy',
    resource: {
      arn: keyArn(key),
      account: key.account,
      tags: key.tags,
      policy: policyOf({ ...key, policy }),
      policyMode: 'required' as const,
    },
    context: (name: string) =>
      name === 'kms:calleraccount' ? ctx.caller.principal.account : undefined,
    now: ctx.now().getTime(),
  }
  if (!decide(request))
    throw fail(
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    )
}

const checkName = (name: string | undefined): void => {
  if (name !== undefined && name !== policyName)
    throw fail('NotFoundException', 'No such policy exists')
}

export const GetKeyPolicy = operation('GetKeyPolicy', {
  access: managed,
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkName(input.PolicyName)
    return { Policy: await shownPolicy(key, ctx), PolicyName: policyName }
  },
})

export const PutKeyPolicy = operation('PutKeyPolicy', {
  access: managing((input) => ({
    'kms:BypassPolicyLockoutSafetyCheck': String(input.BypassPolicyLockoutSafetyCheck ?? false),
  })),
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkName(input.PolicyName)
    checkCustomerManaged(key)
    const bypass = input.BypassPolicyLockoutSafetyCheck
    const stored = await storedPolicy(input.Policy, key, bypass, ctx, key)
    await ctx.store.transaction((tx) =>
      tx.of(keys).update([key.id], (old) => ({ ...old, ...stored })),
    )
    return {}
  },
})

export const ListKeyPolicies = operation('ListKeyPolicies', {
  access: managed,
  handle(_input, _ctx, [target]) {
    foundKey(target)
    return { PolicyNames: [policyName], Truncated: false }
  },
})
