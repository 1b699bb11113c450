import type { InitiateAuthCommandOutput } from '@aws-sdk/client-cognito-identity-provider'
import { invalid } from './contract.ts'

/** What a call of a sign-in answers: a challenge, or tokens. */
export type Step = Omit<InitiateAuthCommandOutput, '$metadata'>

/** How a user has proven who it is, as the claim `amr` has it (RFC 8176, and Cognito's own). */
export type Method = 'pwd' | 'otp' | 'sms' | 'email_otp' | 'swk' | 'hwk' | 'mfa'

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
}

/** The progress of a session, without what else the session holds. */
export const progressOf = ({ amr, device, custom, renewed, target }: Progress): Progress => ({
  amr,
  device,
  custom,
  renewed,
  target,
})

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
