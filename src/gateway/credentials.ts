import type { Caller } from '../kernel/authorization.ts'
import { accountOfAccessKey } from '../kernel/ids.ts'
import type { PrincipalDirectory, SessionClaims } from '../kernel/principals.ts'
import { SigningKeys } from '../wire/sigv4.ts'
import type { EpochOf } from './epoch-cache.ts'
import type { Memberships } from './memberships.ts'

/** A key whose secret is known: what verifying and deciding need, loaded once per epoch. */
export interface KnownKey {
  readonly keys: SigningKeys
  readonly active: boolean
  readonly caller: Caller
  /** Service time in milliseconds, for sessions. */
  readonly expiresAt: number | undefined
}

interface Cached {
  /** Undefined for a long-term key. */
  readonly token: string | undefined
  readonly account: string
  readonly epoch: string
  readonly known: KnownKey
}

/**
 * Access keys and sessions with their principals and policies. Entries live while the epoch of
 * their account stands still, so that the node that changed something obeys with its next request.
 */
export class Credentials {
  readonly #entries = new Map<string, Cached>()
  readonly #epochOf: EpochOf
  readonly #principals: PrincipalDirectory
  readonly #memberships: Memberships
  readonly #openToken: (token: string, keyId: string) => Promise<SessionClaims | undefined>
  readonly #limit: number

  constructor(
    epochOf: EpochOf,
    principals: PrincipalDirectory,
    memberships: Memberships,
    openToken: (token: string, keyId: string) => Promise<SessionClaims | undefined>,
    limit = 20_000,
  ) {
    this.#epochOf = epochOf
    this.#principals = principals
    this.#memberships = memberships
    this.#openToken = openToken
    this.#limit = limit
  }

  /** The key when it is at hand and certainly current. */
  cached(keyId: string, token: string | undefined): KnownKey | undefined {
    const entry = this.#entries.get(keyId)
    if (entry === undefined || entry.token !== token) return undefined
    return this.#epoch(entry.account, token) === entry.epoch ? entry.known : undefined
  }

  /** Forgets every secret. */
  clear(): void {
    this.#entries.clear()
  }

  /** Reads through. Undefined for a key or token that is not ours, or whose principal is gone. */
  async load(keyId: string, token: string | undefined): Promise<KnownKey | undefined> {
    const account = accountOfAccessKey(keyId)
    // The epoch is read first: what changes while we load makes the entry old, not wrong.
    const epoch = account === undefined ? undefined : this.#epoch(account, token)
    const known =
      token === undefined ? await this.#longTerm(keyId) : await this.#session(keyId, token)
    if (known === undefined) {
      this.#entries.delete(keyId)
      return undefined
    }
    if (epoch !== undefined && known.caller.principal.account === account) {
      if (this.#entries.size >= this.#limit) this.#dropOldest()
      this.#entries.set(keyId, { token, account: account!, epoch, known })
    }
    return known
  }

  /**
   * What an entry depends on: the account's principals, the organizations that bound it, and for a
   * long-term key all keys.
   */
  #epoch(account: string, token: string | undefined): string | undefined {
    const principals = this.#epochOf(account, 'iam')
    const keys = token === undefined ? this.#epochOf('', 'iam.keys') : 0
    const bounds = this.#memberships.epoch
    if (principals === undefined || keys === undefined || bounds === undefined) return undefined
    return `${principals}/${keys}/${bounds}`
  }

  async #longTerm(keyId: string): Promise<KnownKey | undefined> {
    const credential = await this.#principals.credential(keyId)
    if (credential === undefined) return undefined
    const { secret } = credential
    const caller = await this.#memberships.bound(credential.caller)
    const active = credential.active && (await this.#isOpen(caller))
    return { keys: new SigningKeys(secret), active, caller, expiresAt: undefined }
  }

  async #session(keyId: string, token: string): Promise<KnownKey | undefined> {
    const claims = await this.#openToken(token, keyId)
    if (claims === undefined) return undefined
    const loaded = await this.#principals.caller(claims)
    if (loaded === undefined) return undefined
    const caller = await this.#memberships.bound(loaded)
    const { expiresAt } = claims.session
    const active = await this.#isOpen(caller)
    return { keys: new SigningKeys(claims.secret), active, caller, expiresAt }
  }

  /** In an account that its organization has closed, no key works. */
  async #isOpen({ principal }: Caller): Promise<boolean> {
    return !(await this.#memberships.closed(principal.account))
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.keys()
    if (oldest !== undefined) this.#entries.delete(oldest)
  }
}
