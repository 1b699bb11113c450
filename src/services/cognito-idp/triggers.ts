import type { LambdaConfigType } from '@aws-sdk/client-cognito-identity-provider'
import type { CallContext } from '../../kernel/context.ts'
import { identitiesText } from './attributes.ts'
import type { ClientRecord } from './client-records.ts'
import { fail } from './contract.ts'
import type { PoolRecord } from './pool-records.ts'
import { poolArn } from './pool-targets.ts'
import type { UserRecord } from './user-records.ts'

type Json = Readonly<Record<string, unknown>>

/** Through what a call came: an administrator's names no client. */
export interface Via {
  readonly pool: PoolRecord
  readonly client?: ClientRecord | undefined
  /** What the app wants its functions to know (`ClientMetadata`). */
  readonly metadata?: Readonly<Record<string, string>> | undefined
}

/** Functions that answer while a call waits for them. */
export type Trigger = Exclude<
  keyof LambdaConfigType,
  'PreTokenGenerationConfig' | 'CustomSMSSender' | 'CustomEmailSender' | 'KMSKeyID'
>

/** The function behind a trigger, with the version of the event that it takes. */
export interface Hook {
  readonly arn: string
  readonly version: string
}

export function hookOf({ settings }: PoolRecord, trigger: Trigger): Hook | undefined {
  const config = settings.LambdaConfig ?? {}
  const newer = config.PreTokenGenerationConfig
  if (trigger === 'PreTokenGeneration' && newer?.LambdaArn !== undefined)
    return { arn: newer.LambdaArn, version: newer.LambdaVersion!.slice(1, 2) }
  const value = config[trigger]
  const arn = typeof value === 'object' ? value.LambdaArn : value
  return arn === undefined ? undefined : { arn, version: '1' }
}

/** What functions are told of a user. */
export const attributesFor = (user: UserRecord): Readonly<Record<string, string>> => ({
  sub: user.sub,
  'cognito:user_status': user.status,
  ...(user.identities?.length && { identities: identitiesText(user.identities) }),
  ...user.attributes,
})

export interface Asked {
  /** `PreSignUp_SignUp`. */
  readonly source: string
  readonly userName: string
  readonly request: Json
  /** What the function may change. */
  readonly response: Json
}

/** The event that every trigger begins with. */
export const eventOf = (
  { pool, client }: Via,
  { source, userName, request, response }: Asked,
  version: string,
  { region }: Pick<CallContext, 'region'>,
) => ({
  version,
  region,
  userPoolId: pool.id,
  userName,
  callerContext: {
    awsSdkVersion: 'aws-sdk-unknown-unknown',
    clientId: client?.id ?? 'CLIENT_ID_NOT_APPLICABLE',
  },
  triggerSource: source,
  request,
  response,
})

/** Milliseconds that a function has to answer, and how often one that is too slow is asked. */
const patience = 5_000
const attempts = 3

class TooSlow extends Error {
  override readonly name = 'Socket timeout while invoking Lambda function'
}

interface Answer {
  readonly FunctionError?: string | undefined
  readonly Payload?: Uint8Array | undefined
}

/** What it takes to ask a function. */
export type Asking = Pick<CallContext, 'call' | 'account' | 'region'>

async function invoke(arn: string, pool: PoolRecord, event: object, ctx: Asking) {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new TooSlow()), patience)
  const input = {
    FunctionName: arn,
    InvocationType: 'RequestResponse',
    Payload: new TextEncoder().encode(JSON.stringify(event)),
  }
  const sourceArn = poolArn(ctx.region, ctx.account, pool.id)
  try {
    const call = ctx.call('lambda', 'Invoke', input, { as: 'service', sourceArn })
    return (await Promise.race([call, late])) as Answer
  } finally {
    clearTimeout(timer)
  }
}

async function patiently(trigger: Trigger, ...asked: Parameters<typeof invoke>): Promise<Answer> {
  for (let attempt = 1; ; attempt++)
    try {
      return await invoke(...asked)
    } catch (error) {
      if (error instanceof TooSlow && attempt < attempts) continue
      const { name } = error as Error
      throw fail('UnexpectedLambdaException', `${trigger} invocation failed due to error ${name}.`)
    }
}

/**
 * Asks the function of a trigger, which answers with the event and its own `response` in it.
 * @returns undefined when the pool has no such function
 */
export async function ask(
  trigger: Trigger,
  via: Via,
  asked: Asked,
  ctx: Asking,
): Promise<Json | undefined> {
  const hook = hookOf(via.pool, trigger)
  if (hook === undefined) return undefined
  const event = eventOf(via, asked, hook.version, ctx)
  const answer = await patiently(trigger, hook.arn, via.pool, event, ctx)
  const told = parsed(answer.Payload)
  if (answer.FunctionError !== undefined) {
    const message = isObject(told) ? told.errorMessage : undefined
    throw fail(
      'UserLambdaValidationException',
      `${trigger} failed with error ${typeof message === 'string' ? message : 'unknown'}.`,
    )
  }
  const response = isObject(told) ? told.response : undefined
  if (!isObject(response)) throw unrecognizable()
  return response
}

export const unrecognizable = () =>
  fail('InvalidLambdaResponseException', 'Unrecognizable lambda output')

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(payload))
  } catch {
    return undefined
  }
}

/** Tells what the app passed on, where it passed something. */
export const metadataOf = ({ metadata }: Via): Json =>
  metadata === undefined ? {} : { clientMetadata: metadata }
