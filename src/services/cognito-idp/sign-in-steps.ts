import type {
  InitiateAuthCommandOutput,
  RiskDecisionType,
  RiskLevelType,
} from '@aws-sdk/client-cognito-identity-provider'
import { invalid } from './contract.ts'

/** What a call of a sign-in answers: a challenge, or tokens. */
export type Step = Omit<InitiateAuthCommandOutput, '$metadata'>

/** How a user has proven who it is, as the claim `amr` has it (RFC 8176, and Cognito's own). */
export type Method = 'pwd' | 'otp' | 'sms' | 'email_otp' | 'swk' | 'hwk' | 'mfa' | 'fed'

/** What threat protection thinks of a sign-in. */
export interface RiskMark {
  /** The event that tells of it. */
  readonly id: string
  readonly level?: RiskLevelType | undefined
  readonly decision: RiskDecisionType
  /** Others know the password. */
  readonly compromised?: boolean | undefined
  /** A second factor is asked for, whether the user prefers one or not. */
  readonly ask?: boolean | undefined
  /** The mail that the user gets about it. */
  readonly notify?: 'Block' | 'Mfa' | 'NoAction' | undefined
}

/** What a sign-in has brought so far; it travels in its sessions. */
export interface Progress {
  readonly amr: readonly Method[]
  /** The device that the app says it runs on. */
  readonly device?: string | undefined
  /** The custom sign-in that the password is a part of. */
  readonly custom?: string | undefined
  /** A new password was asked for on the way. */
  readonly renewed?: boolean | undefined
  /** The level of authentication that it must reach. */
  readonly target?: number | undefined
  readonly risk?: RiskMark | undefined
  /** Others know its password; until it is judged. */
  readonly compromised?: boolean | undefined
}

/** The progress of a session, without what else the session holds. */
export const progressOf = (progress: Progress): Progress => {
  const { amr, device, custom, renewed, target, risk, compromised } = progress
  return { amr, device, custom, renewed, target, risk, compromised }
}

/** The progress with the device that parameters or answers name. */
export const withDevice = (progress: Progress, { DEVICE_KEY: device }: Parameters): Progress =>
  progressOf(device ? { ...progress, device } : progress)

export type Parameters = Readonly<Record<string, string>>

/** The value of a parameter that a flow cannot do without. */
export function required(parameters: Parameters, name: string): string {
  const value = parameters[name]
  if (value === undefined || value === '') throw invalid(`Missing required parameter ${name}`)
  return value
}

/** A sign-in, from which all its tokens descend. */
export interface SignIn {
  /** `origin_jti`: a UUID that begins with the time. */
  readonly origin: string
  /** Seconds since 1970. */
  readonly authTime: number
  /** The device that signed in, where the pool knows them apart. */
  readonly device?: string | undefined
  /** How the user proved who it is. */
  readonly amr?: readonly Method[] | undefined
  /** The event of threat protection that tells of it. */
  readonly event?: string | undefined
  /** How another provider has signed the user in; undefined for the pool's own sign-ins. */
  readonly federated?: FederatedSignIn | undefined
  /** What was asked for at the OAuth endpoints; undefined for calls of the API. */
  readonly oauth?: OAuthGrant | undefined
}

/** What another provider said of its sign-in. */
export interface FederatedSignIn {
  /** The provider's name. */
  readonly provider: string
  /** The level that it claims, in terms of the pool. */
  readonly level?: 1 | 2 | 3 | 4 | undefined
}

/** Whom a SAML provider has signed in, in its own words. */
export interface SamlSession {
  readonly nameId: string
  readonly format?: string | undefined
  readonly index?: string | undefined
}

/** What an app has been granted (RFC 6749). */
export interface OAuthGrant {
  readonly scopes: readonly string[]
  /** Of the request that the ID token answers; refreshed ones answer none. */
  readonly nonce?: string | undefined
  /** The audience of the access token (RFC 8707). */
  readonly resource?: string | undefined
}
