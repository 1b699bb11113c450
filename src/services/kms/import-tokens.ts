import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { AlgorithmSpec } from '@aws-sdk/client-kms'
import type { CallContext } from '../../kernel/context.ts'
import { fail } from './contract.ts'
import { type KeyRecord, keyArn } from './key-records.ts'

const purpose = 'kms-import'

/** What an import token carries, sealed: the key that unwraps, so that nothing need be kept here. */
export interface ImportToken {
  readonly algorithm: AlgorithmSpec
  /** Milliseconds of service time. */
  readonly validTo: number
  readonly key: KeyObject
}

type Ports = Pick<CallContext, 'ports'>

/** A token that is good for this key in this Region and for no other. */
export async function sealToken(
  key: KeyRecord,
  { algorithm, validTo, key: unwrapping }: ImportToken,
  ctx: Ports,
): Promise<Uint8Array> {
  const seal = await ctx.ports.seals.ready(purpose)
  const der = unwrapping.export({ type: 'pkcs8', format: 'der' })
  const head = Buffer.from(`${algorithm} ${validTo} `)
  return Buffer.from(seal.seal(Buffer.concat([head, der]), keyArn(key)))
}

/** The token of a request; throws InvalidImportTokenException, ExpiredImportTokenException. */
export async function openToken(
  key: KeyRecord,
  token: Uint8Array,
  ctx: Ports & Pick<CallContext, 'now'>,
): Promise<ImportToken> {
  const seal = await ctx.ports.seals.ready(purpose)
  const opened = seal.open(Buffer.from(token).toString('latin1'), keyArn(key))
  if (opened === undefined) throw fail('InvalidImportTokenException', '')
  const bytes = Buffer.from(opened)
  const first = bytes.indexOf(' ')
  const second = bytes.indexOf(' ', first + 1)
  const validTo = Number(bytes.toString('latin1', first + 1, second))
  if (validTo <= ctx.now().getTime()) throw fail('ExpiredImportTokenException', '')
  return {
    algorithm: bytes.toString('latin1', 0, first) as AlgorithmSpec,
    validTo,
    key: createPrivateKey({ key: bytes.subarray(second + 1), format: 'der', type: 'pkcs8' }),
  }
}
