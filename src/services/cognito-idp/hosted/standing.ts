import type { SignInSession } from '../sign-in-sessions.ts'

/** Where a sign-in stands between two pages. */
export interface Standing {
  /** As the user was named. */
  readonly name: string
  /** Sealed. */
  readonly Session: string
  /** What is in it. */
  readonly session: SignInSession
  readonly fault?: string | undefined
  readonly notice?: string | undefined
  /** The second factor that is to be set up, once it is chosen. */
  readonly way?: string | undefined
}
