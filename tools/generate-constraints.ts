/**
 * Writes `src/services/<name>/constraints.json` from the models of an installed botocore, the
 * library below the AWS CLI and boto3.
 *
 *     node tools/generate-constraints.ts sts iam kms
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Constraint, ConstraintsFile } from '../src/wire/validate/constraints.ts'

interface ModelShape {
  readonly type: string
  readonly min?: number
  readonly max?: number
  readonly pattern?: string | undefined
  readonly enum?: readonly string[]
  readonly sensitive?: boolean
  readonly required?: readonly string[]
  readonly members?: Readonly<Record<string, { readonly shape: string }>>
  readonly member?: { readonly shape: string }
  readonly key?: { readonly shape: string }
  readonly value?: { readonly shape: string }
}

interface Model {
  readonly operations: Readonly<Record<string, { readonly input?: { readonly shape: string } }>>
  readonly shapes: Readonly<Record<string, ModelShape>>
}

/** Where the service takes more than its model says. */
const wider: Readonly<Record<string, Partial<ModelShape> & { readonly more?: readonly string[] }>> =
  {
    // Custom domains of user pools have dots.
    DomainType: { pattern: undefined },
    // The guide knows one flow more than the model.
    ExplicitAuthFlowsType: { more: ['ALLOW_CLIENT_TOKEN_AUTH'] },
  }

const widened = (name: string, shape: ModelShape): ModelShape => {
  const { more = [], ...own } = wider[name] ?? {}
  return { ...shape, ...own, ...(more.length > 0 && { enum: [...(shape.enum ?? []), ...more] }) }
}

const services = process.argv.slice(2)
if (services.length === 0) {
  console.error('usage: node tools/generate-constraints.ts <service> [<service> …]')
  process.exit(1)
}

const botocore = execFileSync('python3', ['-c', 'import botocore; print(botocore.__path__[0])'], {
  encoding: 'utf8',
}).trim()

for (const service of services) {
  const file = constraintsOf(withNewerValues(readModel(service), await clientOf(service)))
  const folder = join(import.meta.dirname, '../src/services', service)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'constraints.json'), `${JSON.stringify(file)}\n`)
  console.log(`${service}: ${Object.keys(file.shapes).length} shapes`)
}

/** The official client of a service, where it is installed. */
async function clientOf(service: string): Promise<Readonly<Record<string, unknown>>> {
  const path = join(import.meta.dirname, '../src/services', service, 'contract.ts')
  const entry = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const name = /'(@aws-sdk\/client-[a-z0-9-]+)'/.exec(entry)?.[1]
  return name === undefined ? {} : await import(name)
}

/**
 * botocore may be older than the client: enum values that only the client knows are values too, and
 * what the client does not require is not required any more.
 */
function withNewerValues(model: Model, client: Readonly<Record<string, unknown>>): Model {
  const shapes = Object.entries(model.shapes).map(([name, shape]) => {
    const required = requiredBy(client[`${name}$`])
    if (shape.required !== undefined && required !== undefined)
      return [
        name,
        { ...shape, required: shape.required.filter((one) => required.has(one)) },
      ] as const
    const known = client[name]
    if (shape.enum === undefined || typeof known !== 'object' || known === null)
      return [name, shape] as const
    const values = new Set([...shape.enum, ...(Object.values(known) as string[])])
    return [name, { ...shape, enum: [...values] }] as const
  })
  return { ...model, shapes: Object.fromEntries(shapes) }
}

/** Names of the members that a client's schema of a structure requires; they stand first in it. */
function requiredBy(schema: unknown): ReadonlySet<string> | undefined {
  if (!Array.isArray(schema) || typeof schema[6] !== 'number') return undefined
  return new Set((schema[4] as readonly string[]).slice(0, schema[6]))
}

/** The newest model of a service. */
function readModel(service: string): Model {
  const folder = join(botocore, 'data', service)
  const newest = readdirSync(folder).sort().at(-1)!
  const plain = join(folder, newest, 'service-2.json')
  const text = existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`))
  return JSON.parse(text.toString('utf8'))
}

/** Constraints of everything that an input reaches. */
function constraintsOf({ operations, shapes }: Model): ConstraintsFile {
  const kept = new Map<string, Constraint>()
  const inputs: Record<string, string> = {}
  const useful = usefulShapes(shapes)
  const visit = (name: string) => {
    if (kept.has(name) || !useful.has(name)) return
    const shape = shapes[name]!
    kept.set(name, ownConstraint(widened(name, shape), useful))
    for (const below of referencesOf(shape)) visit(below)
  }
  for (const [name, { input }] of Object.entries(operations)) {
    if (!input || !useful.has(input.shape)) continue
    inputs[name] = input.shape
    visit(input.shape)
  }
  return {
    operations: inputs,
    shapes: Object.fromEntries([...kept].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

function ownConstraint(shape: ModelShape, useful: ReadonlySet<string>): Constraint {
  const refer = (ref: { readonly shape: string } | undefined) =>
    ref && useful.has(ref.shape) ? ref.shape : undefined
  const members = Object.entries(shape.members ?? {}).flatMap(([name, ref]) =>
    useful.has(ref.shape) ? [[name, ref.shape] as const] : [],
  )
  // Without undefined members: they would stand in no JSON either.
  return JSON.parse(
    JSON.stringify({
      min: shape.min,
      max: shape.max,
      pattern: shape.pattern,
      enum: shape.enum,
      integer: isInteger(shape) || undefined,
      secret: shape.sensitive,
      required: shape.required?.length ? shape.required : undefined,
      members: members.length > 0 ? Object.fromEntries(members) : undefined,
      of: refer(shape.member ?? shape.value),
      key: refer(shape.key),
    }),
  )
}

/** Shapes that have constraints or lead to one. Being secret counts: it decides what is echoed. */
function usefulShapes(shapes: Model['shapes']): ReadonlySet<string> {
  const useful = new Set<string>()
  for (const [name, shape] of Object.entries(shapes)) if (isConstrained(shape)) useful.add(name)
  for (let size = -1; size !== useful.size; ) {
    size = useful.size
    for (const [name, shape] of Object.entries(shapes)) {
      if (referencesOf(shape).some((below) => useful.has(below))) useful.add(name)
    }
  }
  return useful
}

function isConstrained(shape: ModelShape): boolean {
  const { min, max, pattern, enum: values, required } = shape
  return (
    isInteger(shape) ||
    shape.sensitive === true ||
    [min, max, pattern, values].some((fact) => fact !== undefined) ||
    (required?.length ?? 0) > 0
  )
}

function isInteger({ type }: ModelShape): boolean {
  return type === 'integer' || type === 'long'
}

function referencesOf({ members, member, key, value }: ModelShape): string[] {
  return [...Object.values(members ?? {}), member, key, value].flatMap((ref) => ref?.shape ?? [])
}
