/** What an operator may know of the keys that seal the store. */
export interface BarrierState {
  readonly sealed: boolean
  /** How the store can be unsealed. */
  readonly slots: readonly {
    readonly id: string
    readonly kind: string
    readonly token?: { readonly token: string; readonly key: string }
  }[]
  /** Of the keyring, the slots and the root key: each change of one counts. */
  readonly generation: number
  /** Keys that seal records; undefined while sealed. */
  readonly terms?: readonly { readonly id: number; readonly active: boolean }[]
}

/** The new way to unseal that a rotation of the root key moves to. */
export interface NewUnseal {
  /** As `--unseal` takes it. */
  readonly unseal: string
  readonly passphrase?: string | undefined
}

/** What an operator may do with the keys that seal the store. */
export interface BarrierControl {
  readonly sealed: boolean
  state(): BarrierState
  /** Answers what is under way, then forgets every key. */
  seal(): Promise<void>
  /**
   * Brings the keys back, and opens the doors when `admit` has found the caller in the store.
   * @param admit throws for who may not unseal; then everything is sealed again
   */
  unseal(passphrase: string | undefined, admit: () => Promise<void>): Promise<void>
  rotateRoot(to: NewUnseal | undefined): Promise<void>
  /** New records are sealed by a new key; the others follow in the background. */
  rotateKeyring(): Promise<void>
  /** Counts a request that is under way. */
  enter(): void
  leave(): void
}
