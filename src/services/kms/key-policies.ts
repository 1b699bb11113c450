import { checkPolicy } from '../../access/check-policy.ts'
import { decide } from '../../access/evaluate.ts'
import type { CallContext } from '../../kernel/context.ts'
import { fail, operation } from './contract.ts'
import { type KeyRecord, keyArn, keys } from './key-records.ts'
import { foundKey, keyTarget, policyOf } from './key-targets.ts'

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

/**
 * Refuses a policy that KMS would not store: malformed, too long, or one that would lock out the
 * caller, who must be able to put another one afterwards.
 */
export function checkKeyPolicy(
  policy: string,
  key: Pick<KeyRecord, 'id' | 'account' | 'region' | 'tags'>,
  bypass: boolean | undefined,
  ctx: CallContext,
): void {
  if (Buffer.byteLength(policy) > largest)
    throw fail('LimitExceededException', `The key policy is longer than ${largest} bytes.`)
  const fault = checkPolicy(policy, 'resource')
  if (fault !== undefined) throw fail('MalformedPolicyDocumentException', fault.message)
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
  access: {
    kind: 'iam',
    targets: async (input, read) => [await keyTarget(input.KeyId, read, { forms: 'no-alias' })],
  },
  handle(input, _ctx, [target]) {
    const key = foundKey(target)
    checkName(input.PolicyName)
    return { Policy: key.policy, PolicyName: policyName }
  },
})

export const PutKeyPolicy = operation('PutKeyPolicy', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await keyTarget(input.KeyId, read, {
        forms: 'no-alias',
        context: {
          'kms:BypassPolicyLockoutSafetyCheck': String(
            input.BypassPolicyLockoutSafetyCheck ?? false,
          ),
        },
      }),
    ],
  },
  async handle(input, ctx, [target]) {
    const key = foundKey(target)
    checkName(input.PolicyName)
    checkKeyPolicy(input.Policy, key, input.BypassPolicyLockoutSafetyCheck, ctx)
    await ctx.store.transaction((tx) =>
      tx.of(keys).update([key.id], (old) => ({ ...old, policy: input.Policy })),
    )
    return {}
  },
})

export const ListKeyPolicies = operation('ListKeyPolicies', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await keyTarget(input.KeyId, read, { forms: 'no-alias' })],
  },
  handle(_input, _ctx, [target]) {
    foundKey(target)
    return { PolicyNames: [policyName], Truncated: false }
  },
})
