import type { ManagedPolicyRecord } from '../managed-policy-records.ts'
import { documents } from './documents.ts'
import { rootTasks } from './root-tasks.ts'

const epoch = new Date('2026-01-01T00:00:00Z')

/** A stable unique id from the name: the same on every installation. */
function stableId(name: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  let value = 0n
  for (const c of name) value = (value * 1_000_003n + BigInt(c.charCodeAt(0))) % (1n << 85n)
  let id = ''
  for (let i = 0; i < 17; i++) {
    id = alphabet[Number(value & 31n)] + id
    value >>= 5n
  }
  return `ANPA${id}`
}

const records = new Map<string, ManagedPolicyRecord>(
  [...documents, ...rootTasks].map(({ name, path = '/', description, statements }) => {
    const arn = `arn:aws:iam::aws:policy${path}${name}`
    const document = JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 4)
    return [
      arn,
      {
        id: stableId(name),
        arn,
        name,
        path,
        description,
        createdAt: epoch,
        updatedAt: epoch,
        tags: {},
        defaultVersion: 'v1',
        nextVersion: 2,
        versions: [{ id: 'v1', document, createdAt: epoch }],
      },
    ]
  }),
)

/** An AWS managed policy by its ARN. */
export const awsManagedPolicy = (arn: string): ManagedPolicyRecord | undefined => records.get(arn)

export const awsManagedPolicies = (): readonly ManagedPolicyRecord[] => [...records.values()]
