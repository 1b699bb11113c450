/**
 * Mixed IAM reads and writes on two nodes that share a PostgreSQL database, and whether both nodes
 * tell the same afterwards.
 *
 *     node bench/two-nodes.ts
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateUserCommand,
  GetUserPolicyCommand,
  IAMClient,
  ListUserPoliciesCommand,
} from '@aws-sdk/client-iam'
import { startServer } from '../test/clients/server.ts'
import { startPostgres } from '../test/storage/postgres-server.ts'
import { type Load, load } from './load.ts'
import { signedQuery } from './signed-request.ts'

const users = 200
const seconds = 10
const connections = 24
/** One call in five writes. */
const writeShare = 5

const postgres = await startPostgres()
const url = await postgres.newDatabase()
const data = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const nodes = [
  await startServer('--store', url, '--data', data),
  await startServer('--store', url, '--data', data),
] as const
const { admin } = nodes[0]
const clients = nodes.map(
  ({ url: endpoint }) => new IAMClient({ endpoint, region: 'us-east-1', credentials: admin }),
)
for (let i = 0; i < users; i++)
  await clients[0]!.send(new CreateUserCommand({ UserName: `user-${i}` }))

let count = 0
const document = (i: number) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: { Sid: `v${i}`, Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
  })

function parameters(node: number): Record<string, string> {
  const i = count++
  if (i % writeShare !== 0) {
    const UserName = `user-${(i * 7) % users}`
    const Action = ['GetUser', 'ListUserPolicies', 'ListGroupsForUser', 'ListUserTags'][i % 4]!
    return { Action, UserName }
  }
  const UserName = `user-${(((i / writeShare) * 2 + node) | 0) % users}`
  return {
    Action: 'PutUserPolicy',
    UserName,
    PolicyName: `by-${node}`,
    PolicyDocument: document(i),
  }
}

const port = (node: number) => Number(new URL(nodes[node]!.url).port)
const run = (node: number): Promise<Load> =>
  load({
    port: port(node),
    connections: connections / 2,
    seconds,
    next: () => signedQuery('iam', parameters(node), admin, port(node)),
  })
const loads = await Promise.all([run(0), run(1)])
const perSecond = loads.reduce((sum, one) => sum + one.perSecond, 0)
const p99 = Math.max(...loads.map((one) => one.p99))
const statuses = loads.flatMap((one) => [...one.statuses])
console.log(
  `mixed IAM calls on two nodes: ${Math.round(perSecond)} per second, p99 ${p99.toFixed(1)} ms`,
)
console.log(`statuses: ${statuses.map(([status, times]) => `${status} x ${times}`).join(', ')}`)

let compared = 0
for (let i = 0; i < users; i += 10) {
  const UserName = `user-${i}`
  const told = await Promise.all(
    clients.map(async (client) => {
      const { PolicyNames = [] } = await client.send(new ListUserPoliciesCommand({ UserName }))
      const texts = await Promise.all(
        PolicyNames.map(async (PolicyName) => {
          const got = await client.send(new GetUserPolicyCommand({ UserName, PolicyName }))
          return got.PolicyDocument
        }),
      )
      return JSON.stringify([PolicyNames, texts])
    }),
  )
  if (told[0] !== told[1]) throw new Error(`the nodes tell different things of ${UserName}`)
  compared++
}
console.log(`${compared} users compared: both nodes tell the same`)
for (const node of nodes) await node.stop()
await postgres.stop()
