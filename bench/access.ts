/**
 * Latency of one policy decision with seven layers: 10,000 principals, 5,000 policies.
 * Run: `node bench/access.ts`. Budget: p50 <= 1 µs warm, <= 20 µs cold.
 */

import { createHash } from 'node:crypto'
import { decide } from '../src/access/evaluate.ts'
import { explain } from '../src/access/explain.ts'
import type { AccessRequest, Policy } from '../src/kernel/authorization.ts'

const PRINCIPALS = 10_000
const POLICIES = 5_000
const ACCOUNT = '111111111111'
const NOW = Date.UTC(2026, 10, 20)
const ACTIONS = ['s3:GetObject', 's3:PutObject', 'sqs:SendMessage', 'kms:Decrypt', 'sts:TagSession']

/** A small generator with a fixed seed, so that runs compare. */
let seed = 20_261_120
function random(below: number): number {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed % below
}

function policyOf(id: string, kind: Policy['kind'], ...Statement: object[]): Policy {
  const document = JSON.stringify({ Version: '2012-10-17', Statement })
  return { id, kind, document, hash: createHash('sha256').update(document).digest('hex') }
}

const open = { Effect: 'Allow', Action: '*', Resource: '*' }
const username = '$' + '{aws:PrincipalTag/team}'

function managed(index: number): Policy {
  return policyOf(
    `arn:aws:iam::${ACCOUNT}:policy/p${index}`,
    'managed',
    { Effect: 'Allow', Action: ['s3:Get*', 's3:PutObject'], Resource: `arn:aws:s3:::b${index}/*` },
    { Effect: 'Allow', Action: ['sqs:*', 'kms:Decrypt'], Resource: '*' },
    { Effect: 'Allow', Action: 's3:*', Resource: `arn:aws:s3:::shared/${username}/*` },
    {
      Effect: 'Deny',
      Action: 's3:*',
      Resource: '*',
      Condition: { NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '192.168.0.0/16'] } },
    },
  )
}

const policies = Array.from({ length: POLICIES }, (_, index) => managed(index))
const scp = [
  [policyOf('root', 'managed', open)],
  [
    policyOf('ou', 'managed', open, {
      Effect: 'Deny',
      NotAction: ['iam:*', 'sts:*'],
      Resource: '*',
      Condition: { StringNotEquals: { 'aws:RequestedRegion': ['us-east-1', 'eu-west-1'] } },
    }),
  ],
]
const rcp = [
  [
    policyOf(
      'rcp',
      'managed',
      { ...open, Principal: '*' },
      {
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: '*',
        Condition: {
          StringNotEqualsIfExists: { 'aws:PrincipalOrgID': 'o-1' },
          BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
        },
      },
    ),
  ],
]
const boundary = policyOf('boundary', 'managed', open, {
  Effect: 'Deny',
  Action: 'iam:*',
  Resource: '*',
})
const session = [policyOf('session', 'inline', open)]
const endpoint = policyOf('endpoint', 'resource', { ...open, Principal: '*' })
const bucket = policyOf(
  'bucket',
  'resource',
  { Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 's3:*', Resource: '*' },
  {
    Effect: 'Deny',
    Principal: '*',
    Action: '*',
    Resource: '*',
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  },
)
const CONTEXT: Readonly<Record<string, string>> = {
  'aws:sourceip': '10.1.2.3',
  'aws:requestedregion': 'us-east-1',
  'aws:principalorgid': 'o-1',
  'aws:securetransport': 'true',
}
const context = (key: string) => CONTEXT[key]

const principals = Array.from({ length: PRINCIPALS }, (_, index) => ({
  principal: {
    kind: 'role' as const,
    account: ACCOUNT,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/R${index}/s`,
    roleArn: `arn:aws:iam::${ACCOUNT}:role/R${index}`,
    roleId: `AROA${index}`,
    roleName: `R${index}`,
    sessionName: 's',
    userId: `AROA${index}:s`,
    tags: { team: `t${index % 50}` },
    session: { issuedAt: NOW, expiresAt: NOW + 3_600_000 },
  },
  layers: {
    identity: [0, 1, 2].map(() => policies[random(POLICIES)]!),
    boundary,
    session,
    serviceControl: scp,
    endpoint,
  },
}))

function requestOf(index: number): AccessRequest {
  const { principal, layers } = principals[index]!
  const resource = {
    arn: `arn:aws:s3:::shared/t${index % 50}/object`,
    account: ACCOUNT,
    policy: bucket,
    resourceControl: rcp,
  }
  return {
    principal,
    layers,
    action: ACTIONS[index % ACTIONS.length]!,
    resource,
    context,
    now: NOW,
  }
}

function print(name: string, nanoseconds: Float64Array): void {
  nanoseconds.sort()
  const at = (share: number) =>
    (nanoseconds[Math.floor(nanoseconds.length * share)]! / 1000).toFixed(2)
  console.log(`${name.padEnd(34)} p50 ${at(0.5).padStart(7)} µs   p99 ${at(0.99).padStart(7)} µs`)
}

/** Times batches, since a clock reading costs as much as a decision. */
function measure(
  requests: readonly AccessRequest[],
  batch: number,
  run: (r: AccessRequest) => unknown,
) {
  const times = new Float64Array(Math.floor(requests.length / batch))
  for (let at = 0; at < times.length; at++) {
    const started = process.hrtime.bigint()
    for (let step = 0; step < batch; step++) run(requests[at * batch + step]!)
    times[at] = Number(process.hrtime.bigint() - started) / batch
  }
  return times
}

const requests = principals.map((_, index) => requestOf(index))
// The code is compiled by V8 on documents of their own before anything is measured.
for (let round = 0; round < 20_000; round++) {
  const fresh = policyOf('w', 'inline', { ...open, Sid: `w${round % 2000}` })
  decide({ ...requests[round % 500]!, layers: { ...principals[0]!.layers, identity: [fresh] } })
}
print('cold: principal and action are new', measure(requests.slice(500), 1, decide))
const hot = Array.from({ length: 400_000 }, (_, index) => requests[index % 200]!)
measure(hot, 20, decide)
print('warm: 200 principals', measure(hot, 20, decide))
const many = Array.from({ length: 400_000 }, () => requests[random(PRINCIPALS)]!)
measure(many, 20, decide)
print('warm: 10,000 principals at random', measure(many, 20, decide))
print('explain', measure(hot.slice(0, 20_000), 1, explain))
console.log(`allowed: ${requests.filter((request) => decide(request)).length} of ${PRINCIPALS}`)
