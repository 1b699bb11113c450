import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { CallContext } from '../../kernel/context.ts'
import { accountOfAccessKey } from '../../kernel/ids.ts'
import { fail, operation } from './contract.ts'

export const GetCallerIdentity = operation('GetCallerIdentity', {
  access: { kind: 'authenticated', why: 'AWS answers it even where a policy denies it' },
  handle(_input, ctx) {
    const { userId, account, arn } = ctx.caller.principal
    return { UserId: userId, Account: account, Arn: arn }
  },
})

export const GetAccessKeyInfo = operation('GetAccessKeyInfo', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const credential = await ctx.principals.credential(input.AccessKeyId)
    const account = credential?.caller.principal.account ?? accountOfAccessKey(input.AccessKeyId)
    if (account === undefined)
      throw fail('ValidationError', `The access key id ${input.AccessKeyId} is not valid.`)
    return { Account: account }
  },
})

const messageLife = 24 * 3_600_000

/**
 * The text that goes into a refusal whose reason only those may read who are allowed to decode it.
 * @param account whose principals may decode it
 */
export async function encodeAuthorizationMessage(
  message: Readonly<Record<string, unknown>>,
  account: string,
  ctx: Pick<CallContext, 'now'> & { readonly ports: Pick<CallContext['ports'], 'seals'> },
): Promise<string> {
  const seal = await ctx.ports.seals.ready('authorization-message')
  const expiresAt = ctx.now().getTime() + messageLife
  return seal.seal(deflateRawSync(JSON.stringify({ expiresAt, message })), account)
}

export const DecodeAuthorizationMessage = operation('DecodeAuthorizationMessage', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const seal = await ctx.ports.seals.ready('authorization-message')
    const opened = seal.open(input.EncodedMessage, ctx.account)
    const invalid = fail('InvalidAuthorizationMessageException', 'Message is not valid.')
    if (opened === undefined) throw invalid
    const { expiresAt, message } = JSON.parse(
      inflateRawSync(opened, { maxOutputLength: 1_048_576 }).toString(),
    )
    if (expiresAt < ctx.now().getTime()) throw invalid
    return { DecodedMessage: JSON.stringify(message) }
  },
})
