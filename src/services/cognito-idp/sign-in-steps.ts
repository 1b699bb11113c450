import type { InitiateAuthCommandOutput } from '@aws-sdk/client-cognito-identity-provider'

/** What a call of a sign-in answers: a challenge, or tokens. */
export type Step = Omit<InitiateAuthCommandOutput, '$metadata'>
