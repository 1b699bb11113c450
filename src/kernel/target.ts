import type { ContextValue, Grant, Policy, ResourcePolicyMode } from './authorization.ts'

/** One decision that a call needs, with the record that was loaded to make it. */
export interface Target<R = unknown> {
  /** Full name (`sts:TagSession`); default: the operation's own. Checked against the table. */
  readonly action?: string | undefined
  /** The ARN, or the would-be ARN of something missing, or `*`. */
  readonly resource: string
  /** Owner of the resource; default: the caller's account and the request's Region. */
  readonly account?: string | undefined
  readonly region?: string | undefined
  /** Undefined when the resource does not exist: refusal precedes NotFound. */
  readonly record: R
  readonly tags?: Readonly<Record<string, string>> | undefined
  readonly policy?: Policy | undefined
  readonly policyMode?: ResourcePolicyMode | undefined
  readonly grants?: readonly Grant[] | undefined
  /** Request context of this decision, by condition key (`iam:PolicyARN`, `aws:RequestTag/x`). */
  readonly context?: Readonly<Record<string, ContextValue | undefined>> | undefined
  /** What the record of the call tells besides (`additionalEventData`). */
  readonly additional?: Readonly<Record<string, unknown>> | undefined
  /** The whole sentence of a refusal, where AWS tells no more. */
  readonly refusal?: string | undefined
  /** How AWS names the resource in this service's AccessDenied text (`user bob`). */
  readonly spokenAs?: string | undefined
}
