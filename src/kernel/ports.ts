/** What a service may reach beyond its own records. Adapters live in storage and outside. */

import type { KeyPairKeyObjectResult } from 'node:crypto'
import type { Functions } from './functions.ts'

/**
 * Seals what leaves the house and comes back (session tokens, page tokens, authorization
 * messages) under a key per purpose. A sealed text is URL-safe and says which key made it.
 */
export interface Seals {
  /** Loads or makes the purpose's key; afterwards `seal` and `open` of it are synchronous. */
  ready(purpose: string): Promise<Seal>
}

export interface Seal {
  /** @param bound is authenticated with the text and must be given again to open it. */
  seal(plain: Uint8Array, bound: string): string
  /** Undefined when the text is forged, of another purpose, or bound otherwise. */
  open(sealed: string, bound: string): Uint8Array | undefined
}

export interface Random {
  /** Cryptographically strong bytes. */
  bytes(length: number): Uint8Array
  uuid(): string
  /** An unbiased text of the alphabet. */
  text(length: number, alphabet: string): string
  /**
   * An RSA key pair with the exponent 65537; its primes are looked for on the thread pool.
   * @param bits of the modulus
   */
  rsaKey(bits: number): Promise<KeyPairKeyObjectResult>
}

/** Hashes of passwords: a lot of work on purpose. Not inside a transaction. */
export interface Passwords {
  /**
   * @param salt sixteen random bytes
   * @returns a text in the PHC string format, which says how it was made
   */
  hash(password: string, salt: Uint8Array): Promise<string>
  /**
   * Whether the password is the one that was hashed. Without a hash the same work is done and the answer is
   * false, so that nobody learns by the clock who exists.
   */
  matches(password: string, encoded: string | undefined): Promise<boolean>
  /** Whether another algorithm or cost would be chosen today. */
  isOutdated(encoded: string): boolean
}

export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

export interface Mail {
  readonly to: string
  readonly from?: string | undefined
  readonly subject: string
  readonly text: string
  readonly html?: string | undefined
}

export interface Sms {
  readonly to: string
  readonly text: string
}

/** A message to everybody who listens on a topic. */
export interface Notification {
  /** ARN of the topic. */
  readonly topic: string
  readonly text: string
}

/** One attribute of LookupEvents. */
export interface EventFilter {
  readonly key: EventAttribute
  readonly value: string
}

export type EventAttribute =
  | 'EventId'
  | 'EventName'
  | 'ReadOnly'
  | 'Username'
  | 'ResourceType'
  | 'ResourceName'
  | 'EventSource'
  | 'AccessKeyId'

export interface EventQuery {
  readonly account: string
  readonly region: string
  /** Milliseconds since 1970, both inclusive. */
  readonly from: number
  readonly to: number
  readonly filter?: EventFilter | undefined
  /** Where the page before ended. */
  readonly after?: string | undefined
  readonly limit: number
}

/** The event history as services may read it: CloudTrail records as JSON texts, newest first. */
export interface EventHistory {
  lookup(query: EventQuery): Promise<{
    readonly records: readonly string[]
    readonly after: string | undefined
  }>
  /** What a principal asked for, newest first, as it was decided. */
  decisions(query: DecisionQuery): AsyncIterable<PastDecision>
}

export interface DecisionQuery {
  readonly account: string
  /** Unique id of a user or role; the account for its root. */
  readonly principalId: string
  /** Milliseconds since 1970, both inclusive. */
  readonly from: number
  readonly to: number
}

/** One decision of the event log. */
export interface PastDecision {
  /** `iam:GetUser`. */
  readonly action: string
  readonly resource: string
  readonly allowed: boolean
  /** Service time in milliseconds. */
  readonly time: number
  readonly region: string
  readonly requestId: string
}

/** When something was last seen in an authenticated call, allowed or refused. */
export interface Use {
  /** Service time in milliseconds. */
  readonly time: number
  readonly region: string
}

/** The last use of an action; with an empty action, of a service. */
export interface ActionUse extends Use {
  /** IAM prefix of the service (`iam`). */
  readonly service: string
  /** Name of the operation (`GetUser`). */
  readonly action: string
}

/** Last uses of keys and principals, derived from the event log. */
export interface Activity {
  key(account: string, accessKeyId: string): Promise<ActionUse | undefined>
  /** @param principalId unique id of a user or role; the account for its root */
  principal(account: string, principalId: string): Promise<Use | undefined>
  actions(account: string, principalId: string): Promise<readonly ActionUse[]>
}

/** Something that was asked for outside could not be had; the message says why. */
export class EgressFailed extends Error {
  override readonly name = 'EgressFailed'
  /** What stood in the way, where it is known. */
  readonly trouble: 'timeout' | 'tls' | undefined

  constructor(message: string, trouble?: 'timeout' | 'tls') {
    super(message)
    this.trouble = trouble
  }
}

/** Documents that others publish (keys of identity providers). */
export interface Egress {
  /**
   * @param options.thumbprints SHA-1 of certificates that are trusted beside the system's own
   * @param options.bearer a token that shows who asks (RFC 6750)
   * @throws EgressFailed
   */
  get(
    url: URL,
    options?: { readonly thumbprints?: readonly string[]; readonly bearer?: string | undefined },
  ): Promise<{ readonly status: number; readonly body: string }>
  /**
   * Sends JSON, or what `options.type` says, signed by SigV4 when a signer is given.
   * @param options.patience milliseconds for the whole answer
   * @throws EgressFailed
   */
  post(
    url: URL,
    options: {
      readonly body: string
      readonly patience: number
      readonly type?: string
      readonly sign?: RequestSigner
      readonly headers?: Readonly<Record<string, string>>
    },
  ): Promise<{ readonly status: number; readonly body: string }>
}

/** Whose SigV4 signature a request carries, and for which service. */
export interface RequestSigner {
  readonly service: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** What stood between a hardware token and what was asked of it. */
export type TokenTrouble =
  /** No module is configured, or no token has the label. */
  | 'absent'
  | 'wrong PIN'
  /** Too many wrong PINs: the token's security officer must unlock it. */
  | 'locked'
  | 'no such key'
  /** The token or its connection broke; a later call finds it again when it is back. */
  | 'gone'

/** A hardware token did not do what it was asked; the message says why. */
export class TokenFailed extends Error {
  override readonly name = 'TokenFailed'
  readonly trouble: TokenTrouble

  constructor(trouble: TokenTrouble, message: string, options?: ErrorOptions) {
    super(message, options)
    this.trouble = trouble
  }
}

/** A token by its label, and the PIN of its user. */
export interface TokenLogin {
  readonly label: string
  readonly pin: string
}

/**
 * Hardware tokens. Keys are AES-256, made on the token, and cannot leave it. Everything here throws
 * TokenFailed.
 */
export interface Tokens {
  /** Whether there is a token with the label. */
  present(label: string): Promise<boolean>
  /** Whether the token is there and takes the PIN. */
  check(token: TokenLogin): Promise<void>
  hasKey(token: TokenLogin, key: string): Promise<boolean>
  makeKey(token: TokenLogin, key: string): Promise<void>
  removeKey(token: TokenLogin, key: string): Promise<void>
  /** AES-GCM: nonce, ciphertext, tag. */
  seal(token: TokenLogin, key: string, plain: Uint8Array, bound: Uint8Array): Promise<Buffer>
  /** Undefined when the text is of another key, bound otherwise, or changed. */
  open(
    token: TokenLogin,
    key: string,
    sealed: Uint8Array,
    bound: Uint8Array,
  ): Promise<Buffer | undefined>
  /** Random bytes of the token. */
  random(token: TokenLogin, length: number): Promise<Buffer>
  /** Logs out; the PIN is given anew at the next use. */
  leave(label: string): Promise<void>
}

/** Whose word is taken, as it was settled when the process started. */
export interface Trust {
  /** Certificates in DER that attestation documents must lead to. */
  readonly attestationRoots: readonly Uint8Array[]
}

/** Passwords that everybody tries first, with those that the operator knows to be stolen. */
export interface CompromisedPasswords {
  /** May say so of one sound password in ten thousand; never misses one. */
  has(password: string): boolean
}

/** Where on earth an address is, as a table of the operator's has it. */
export interface IpPlace {
  readonly country?: string | undefined
  readonly city?: string | undefined
  /** Degrees. */
  readonly latitude?: number | undefined
  readonly longitude?: number | undefined
}

export interface IpPlaces {
  /** Undefined when nobody knows, or no table was given. */
  of(ip: string): IpPlace | undefined
}

export interface Ports {
  readonly trust: Trust
  readonly compromised: CompromisedPasswords
  readonly places: IpPlaces
  readonly seals: Seals
  readonly events: EventHistory
  readonly activity: Activity
  readonly egress: Egress
  readonly tokens: Tokens
  readonly passwords: Passwords
  readonly functions: Functions
  sendMail(mail: Mail): Promise<void>
  sendSms(sms: Sms): Promise<void>
  sendNotification(notification: Notification): Promise<void>
}
