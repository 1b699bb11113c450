import type { KeyLastUsageData, KeyLastUsageTrackingOperation } from '@aws-sdk/client-kms'
import type { CallContext } from '../../kernel/context.ts'
import { operation } from './contract.ts'
import { day } from './current-material.ts'
import { type KeyRecord, keyArn } from './key-records.ts'
import { foundKey, managed } from './key-targets.ts'

/** How far back the event history is read. */
const history = 90 * day
const pageSize = 200
/** Pages that are read at most: a key that is only looked at costs no more. */
const most = 25

const tracked = new Set<string>([
  'Decapsulate',
  'Decrypt',
  'DeriveSharedSecret',
  'Encapsulate',
  'Encrypt',
  'GenerateDataKey',
  'GenerateDataKeyPair',
  'GenerateDataKeyPairWithoutPlaintext',
  'GenerateDataKeyWithoutPlaintext',
  'GenerateMac',
  'ReEncrypt',
  'Sign',
  'Verify',
  'VerifyMac',
] satisfies KeyLastUsageTrackingOperation[])

/** What the history holds of a call. */
interface PastCall {
  readonly eventID: string
  readonly eventName: string
  readonly eventSource: string
  readonly eventTime: string
  readonly requestID: string
  readonly errorCode?: string
}

export const GetKeyLastUsage = operation('GetKeyLastUsage', {
  access: managed,
  async handle(_input, ctx, [target]) {
    const key = foundKey(target)
    const from = Math.max(key.createdAt.getTime(), ctx.now().getTime() - history)
    return {
      KeyId: key.id,
      KeyLastUsage: await lastUsage(key, from, ctx),
      TrackingStartDate: new Date(from),
      KeyCreationDate: key.createdAt,
    }
  },
})

/** The newest cryptographic operation that succeeded, from the event history of the key's account. */
async function lastUsage(
  key: KeyRecord,
  from: number,
  ctx: CallContext,
): Promise<KeyLastUsageData> {
  const { account, region } = key
  const filter = { key: 'ResourceName', value: keyArn(key) } as const
  // Events tell whole seconds.
  const range = { account, region, from: from - 1_000, to: ctx.now().getTime() + 1_000 }
  let after: string | undefined
  for (let i = 0; i < most; i++) {
    const page = await ctx.ports.events.lookup({ ...range, filter, after, limit: pageSize })
    for (const text of page.records) {
      const call = JSON.parse(text) as PastCall
      const isUse = call.eventSource === 'kms.amazonaws.com' && tracked.has(call.eventName)
      if (isUse && call.errorCode === undefined)
        return {
          Operation: call.eventName as KeyLastUsageTrackingOperation,
          Timestamp: new Date(call.eventTime),
          CloudTrailEventId: call.eventID,
          KmsRequestId: call.requestID,
        }
    }
    after = page.after
    if (after === undefined) break
  }
  return {}
}
