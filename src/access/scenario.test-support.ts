/** Names and one assertion for the hand-written tables. */

import assert from 'node:assert/strict'
import { accessRequest } from './authorize.ts'
import { decide } from './evaluate.ts'
import { explain } from './explain.ts'

export const OWN = '111111111111'
export const USER = `arn:aws:iam::${OWN}:user/bob`
export const ROLE_SESSION = `arn:aws:sts::${OWN}:assumed-role/R/s1`
/** A session that bob got from GetFederationToken. */
export const FEDERATED = {
  arn: `arn:aws:sts::${OWN}:federated-user/fed`,
  issuerArn: USER,
  issuerId: 'AIDABOB',
}

export const ALLOW = { Effect: 'Allow', Action: '*', Resource: '*' }
export const DENY = { Effect: 'Deny', Action: '*', Resource: '*' }

/** An Allow of a resource policy for a principal. */
export function named(principal: unknown) {
  const aws = typeof principal === 'object' && principal !== null && 'AWS' in principal
  const arn = aws ? principal.AWS : undefined
  const name = typeof arn === 'object' && arn !== null && 'arn' in arn ? arn.arn : arn
  return { ...ALLOW, Principal: aws ? { AWS: name } : principal }
}

/** Both paths give the expected answer, and the reason when one is expected. */
export function evaluatesTo(json: Record<string, unknown>, effect: string, reason?: string): void {
  const request = accessRequest(json)
  const explanation = explain(request)
  assert.equal(explanation.effect, effect, JSON.stringify(explanation.layers))
  assert.equal(decide(request), effect === 'allowed')
  if (reason !== undefined) assert.equal(explanation.reason, reason)
}
