import type { CallContext } from '../../kernel/context.ts'
import { invalid } from './contract.ts'
import type { Destination, Notice } from './messages.ts'
import type { PoolRecord, PoolSettings } from './pool-records.ts'
import { poolArn } from './pool-targets.ts'
import { attributesFor, eventOf, metadataOf, type Via } from './triggers.ts'

const names = { email: 'CustomEmailSender', phone_number: 'CustomSMSSender' } as const

/** The function that sends messages in the pool's place. */
export const senderOf = (
  { settings }: Pick<PoolRecord, 'settings'>,
  { attribute }: Pick<Destination, 'attribute'>,
): string | undefined => settings.LambdaConfig?.[names[attribute]]?.LambdaArn

/** Hands a code to the pool's own sender, readable for whoever may decrypt with the pool's key. */
export async function handOver(
  via: Via,
  to: Destination,
  { occasion, user }: Notice,
  code: string,
  ctx: CallContext,
): Promise<void> {
  const { pool } = via
  const trigger = names[to.attribute]
  const email = to.attribute === 'email'
  const sourceArn = poolArn(ctx.region, ctx.account, pool.id)
  const event = eventOf(
    via,
    {
      source: `${trigger}_${occasion}`,
      userName: user.username,
      request: {
        type: email ? 'customEmailSenderRequestV1' : 'customSMSSenderRequestV1',
        code: await encrypted(code, pool.settings.LambdaConfig!.KMSKeyID!, sourceArn, ctx),
        userAttributes: attributesFor(user),
        ...(Object.keys(metadataOf(via)).length > 0 ? metadataOf(via) : { clientMetadata: null }),
      },
      response: {},
    },
    '1',
    ctx,
  )
  const input = {
    FunctionName: senderOf(pool, to),
    // AWS does not wait for senders, either.
    InvocationType: 'Event',
    Payload: new TextEncoder().encode(JSON.stringify(event)),
  }
  await ctx.call('lambda', 'Invoke', input, { as: 'service', sourceArn })
}

/** A code as a message of the AWS Encryption SDK, under a data key of the pool's KMS key. */
async function encrypted(
  code: string,
  keyId: string,
  sourceArn: string,
  ctx: CallContext,
): Promise<string> {
  const { buildEncrypt, KmsKeyringNode, CommitmentPolicy } = await import('@aws-crypto/client-node')
  const kms = (operation: string) => (input: unknown) =>
    ctx.call('kms', operation, input, { as: 'service', sourceArn })
  const client = { generateDataKey: kms('GenerateDataKey'), encrypt: kms('Encrypt') }
  const keyring = new KmsKeyringNode({
    generatorKeyId: keyId,
    clientProvider: () => client as never,
  })
  const { encrypt } = buildEncrypt(CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT)
  const { result } = await encrypt(keyring, code)
  return result.toString('base64')
}

/**
 * Lets user pools encrypt codes with a key of the caller's: who sets it must be allowed to grant that
 * (`kms:CreateGrant`).
 */
export async function grantSenderKey(
  { LambdaConfig = {} }: PoolSettings,
  before: PoolSettings | undefined,
  ctx: CallContext,
): Promise<void> {
  const { CustomEmailSender, CustomSMSSender, KMSKeyID } = LambdaConfig
  const sends = CustomEmailSender !== undefined || CustomSMSSender !== undefined
  if (sends && KMSKeyID === undefined)
    throw invalid('KMSKeyID is required when CustomSMSSender or CustomEmailSender is configured.')
  if (KMSKeyID === undefined || KMSKeyID === before?.LambdaConfig?.KMSKeyID) return
  const input = {
    KeyId: KMSKeyID,
    GranteeServicePrincipal: 'cognito-idp.amazonaws.com',
    Operations: ['Encrypt', 'GenerateDataKey', 'DescribeKey'],
  }
  await ctx.call('kms', 'CreateGrant', input, { as: 'caller' })
}
