import { createHash, timingSafeEqual } from 'node:crypto'
import { isSrpPublic, srpChallenge, srpSignature } from '../../crypto/srp.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { App } from './client-places.ts'
import { fail, invalid } from './contract.ts'
import { incorrect } from './password-sign-in.ts'
import { type Parameters, type Progress, progressOf, required } from './sign-in-steps.ts'

/** The server's side of an exchange, sealed into the SECRET_BLOCK. */
export interface SrpBlock extends Progress {
  readonly id: string
  readonly pool: string
  readonly client: string
  /** Nobody's when there is no such user. */
  readonly sub: string
  readonly username: string
  readonly A: string
  readonly B: string
  /** Hexadecimal. */
  readonly secret: string
  readonly expiresAt: number
}

/** What is proven: the password of a user, or that a device is the one it says. */
type Kind = 'user' | 'device'

const bound = { user: 'cognito-idp/srp', device: 'cognito-idp/device-srp' } as const

interface Begin extends Pick<SrpBlock, 'sub' | 'username'>, Progress {
  readonly A: string
  /** Hexadecimal. */
  readonly verifier: string
  /** Of the session that the exchange belongs to, which is good once. */
  readonly id?: string
}

/** Begins an exchange: the client's public value for the server's. */
export async function newBlock(
  kind: Kind,
  { pool, client }: App,
  { verifier, A, sub, username, ...begin }: Begin,
  ctx: CallContext,
): Promise<{ readonly SRP_B: string; readonly SECRET_BLOCK: string }> {
  if (!isSrpPublic(A)) throw invalid('Invalid SRP_A.')
  const secret = ctx.random.bytes(32)
  const B = srpChallenge(verifier, secret)
  const minutes = client.settings.AuthSessionValidity ?? 3
  const block: SrpBlock = {
    ...progressOf(begin),
    id: begin.id ?? ctx.random.uuid(),
    pool: pool.id,
    client: client.id,
    sub,
    username,
    A,
    B,
    secret: Buffer.from(secret).toString('hex'),
    expiresAt: ctx.now().getTime() + minutes * 60_000,
  }
  const seal = await ctx.ports.seals.ready('cognito-idp.srp')
  const sealed = seal.seal(new TextEncoder().encode(JSON.stringify(block)), bound[kind])
  return { SRP_B: B, SECRET_BLOCK: Buffer.from(sealed).toString('base64') }
}

/** What a client answers: the block, opened, and whether its signature is good. */
export interface Claim {
  readonly block: SrpBlock
  /** @param identity what the client signs before block and time, and hashes with the secret */
  isProven(verifier: string, identity: string): boolean
}

/** The exchange that an answer ends; refuses blocks that are not ours, or too old. */
export async function openClaim(
  kind: Kind,
  { pool, client }: App,
  answers: Parameters,
  ctx: CallContext,
): Promise<Claim> {
  const signature = required(answers, 'PASSWORD_CLAIM_SIGNATURE')
  const sealed = Buffer.from(required(answers, 'PASSWORD_CLAIM_SECRET_BLOCK'), 'base64')
  const stamp = required(answers, 'TIMESTAMP')
  const seal = await ctx.ports.seals.ready('cognito-idp.srp')
  const opened = seal.open(sealed.toString(), bound[kind])
  if (opened === undefined) throw incorrect()
  const block: SrpBlock = JSON.parse(new TextDecoder().decode(opened))
  if (block.pool !== pool.id || block.client !== client.id) throw incorrect()
  if (block.expiresAt <= ctx.now().getTime())
    throw fail('NotAuthorizedException', 'Invalid session for the user, session is expired.')
  return {
    block,
    isProven(verifier, identity) {
      const { A, B } = block
      const secret = Buffer.from(block.secret, 'hex')
      const expected = srpSignature({ A, B, verifier, secret }, [identity, sealed, stamp])
      return expected !== undefined && equal(expected, signature)
    },
  }
}

const equal = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
