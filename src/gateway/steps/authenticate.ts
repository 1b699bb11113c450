import {
  type ClaimedSignature,
  checkFreshness,
  SignatureRefused,
  verifySignature,
} from '../../wire/sigv4.ts'
import type { KnownKey } from '../credentials.ts'
import { anonymous, type Exchange } from '../exchange.ts'
import type { House } from '../house.ts'
import { checkedPayload, signedPayload } from '../payload.ts'
import { refusal } from '../refusals.ts'

/**
 * Who calls. An unsigned request stays anonymous, which only public operations accept. Signature,
 * skew and presign windows are on the real clock, the life of a session on service time.
 */
export function authenticate(exchange: Exchange, house: House): void | Promise<void> {
  const protocol = exchange.wire!.protocol
  if (exchange.claimFault !== undefined) {
    const { fault, message } = exchange.claimFault
    throw refusal(fault, protocol, message)
  }
  const { claim } = exchange
  if (claim === undefined) {
    exchange.caller = anonymous
    const { kind } = exchange.operation!.access
    if (kind === 'iam' || kind === 'authenticated') throw refusal('missing', protocol)
    return
  }
  checkScope(exchange, claim)
  const known = house.credentials.cached(claim.accessKeyId, claim.sessionToken)
  if (known !== undefined) return admit(exchange, claim, known, house)
  return house.credentials
    .load(claim.accessKeyId, claim.sessionToken)
    .then((loaded) => admit(exchange, claim, loaded, house))
}

const regionForm = /^[a-z]{2}(-[a-z]+)+-\d+$/

function checkScope(exchange: Exchange, claim: ClaimedSignature): void {
  const protocol = exchange.wire!.protocol
  const { signingName } = exchange.loaded!.entry
  if (claim.service !== signingName)
    throw refusal(
      'mismatch',
      protocol,
      `Credential should be scoped to correct service: '${signingName}'. `,
    )
  if (!regionForm.test(claim.region))
    throw refusal(
      'mismatch',
      protocol,
      `Credential should be scoped to a valid region, not '${claim.region.slice(0, 64)}'. `,
    )
}

function admit(
  exchange: Exchange,
  claim: ClaimedSignature,
  known: KnownKey | undefined,
  house: House,
): void | Promise<void> {
  const protocol = exchange.wire!.protocol
  if (known === undefined) {
    if (house.mode !== 'open') throw refusal('unknownKey', protocol)
    return house.memberships.bound(assumedRoot(claim.accessKeyId, house)).then((caller) => {
      exchange.caller = caller
    })
  }
  if (!known.active) throw refusal('unknownKey', protocol)
  try {
    checkFreshness(claim, Date.now())
    const signed = signedPayload(exchange.request, claim)
    verifySignature(claim, exchange.request, known.keys, signed)
    exchange.request = checkedPayload(exchange.request, signed, claim, known.keys)
  } catch (error) {
    if (error instanceof SignatureRefused) throw refusal(error.fault, protocol, error.message)
    throw error
  }
  if (known.expiresAt !== undefined && known.expiresAt <= exchange.time)
    throw refusal('expiredToken', protocol)
  exchange.caller = known.caller
}

/** Open mode: a key that nobody made stands for the root of the account it names. */
function assumedRoot(keyId: string, house: House): Exchange['caller'] {
  const account = /^\d{12}$/.test(keyId) ? keyId : house.account
  return {
    principal: {
      kind: 'root',
      unverified: true,
      account,
      arn: `arn:aws:iam::${account}:root`,
      userId: account,
      accessKeyId: keyId.slice(0, 128),
    },
    layers: { identity: [] },
  }
}
