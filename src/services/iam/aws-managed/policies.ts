import type { ManagedPolicyRecord } from '../managed-policy-records.ts'
import { administration } from './administration.ts'
import { compute } from './compute.ts'
import { dataProtection } from './data-protection.ts'
import type { AwsManagedDocument } from './document.ts'
import { identity } from './identity.ts'
import { messaging } from './messaging.ts'
import { networking } from './networking.ts'
import { observing } from './observing.ts'
import { rootTasks } from './root-tasks.ts'
import { linkedRoles } from './service-linked.ts'
import { linkedSecurityRoles } from './service-linked-security.ts'
import { storage } from './storage.ts'

const families = [
  administration,
  identity,
  dataProtection,
  observing,
  compute,
  messaging,
  networking,
  storage,
  linkedRoles,
  linkedSecurityRoles,
  rootTasks,
]

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
const arnOf = ({ path, name }: AwsManagedDocument): string =>
  `arn:aws:iam::aws:policy${path}${name}`

const documents = new Map(families.flat().map((document) => [arnOf(document), document]))
const records = new Map<string, ManagedPolicyRecord>()

/** Built when it is first asked for: most installations ask for a few. */
function recordOf(arn: string, source: AwsManagedDocument): ManagedPolicyRecord {
  const known = records.get(arn)
  if (known !== undefined) return known
  const { name, path, description, statements } = source
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements }, null, 4)
  const record = {
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
  }
  records.set(arn, record)
  return record
}

/** An AWS managed policy by its ARN. */
export function awsManagedPolicy(arn: string): ManagedPolicyRecord | undefined {
  const source = documents.get(arn)
  return source && recordOf(arn, source)
}

export const awsManagedPolicies = (): readonly ManagedPolicyRecord[] =>
  [...documents].map(([arn, source]) => recordOf(arn, source))
