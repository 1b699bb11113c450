import type { CallContext } from '../../../kernel/context.ts'
import type { App } from '../client-places.ts'
import type { AuthorizationRequest } from '../oauth/authorization-requests.ts'
import type { Hosted } from '../oauth/hosted.ts'
import type { Texts } from './languages.ts'
import type { Look } from './looks.ts'

/** Somebody at a page of a sign-in domain, on the way to an app. */
export interface Visit {
  readonly hosted: Hosted
  readonly ctx: CallContext
  readonly asked: AuthorizationRequest
  readonly app: App
  readonly look: Look
  readonly language: string
  readonly texts: Texts
  /** What forms bring along. */
  readonly token: string
  /** What was sent; empty when nothing was. */
  readonly form: URLSearchParams
  readonly cookies: readonly string[]
}

/** A field of the form that was sent; no longer than any honest one. */
export const sent = ({ form }: Visit, name: string): string =>
  (form.get(name) ?? '').slice(0, 4_096)

/** The name that was typed. */
export const sentName = (visit: Visit): string => sent(visit, 'username').trim().slice(0, 128)
