import { ServiceError } from '../../kernel/errors.ts'
import type { ProtocolName } from '../schema/facts.ts'
import type { OperationShape } from '../schema/shape.ts'
import type { Constraint, ConstraintsFile } from './constraints.ts'
import { compileRules } from './rules.ts'
import { valueText } from './value-text.ts'

/** Throws AWS's error when an input breaks the model's constraints. */
export type Validator = (input: Readonly<Record<string, unknown>>) => void

type Check = (value: unknown, path: string, findings: string[]) => void

/** AWS names at most this many; nobody reads more, and a hostile list could break them all. */
const MAX_FINDINGS = 50

/** Compiles the constraints of one operation's input into a checker. */
export function compileValidator(
  { name, input }: OperationShape,
  file: ConstraintsFile | undefined,
  protocol: ProtocolName,
): Validator {
  const root = file?.operations[name]
  const check = file && root !== undefined ? compileShapes(file)(root) : requiredOnly(input)
  const code =
    protocol === 'awsQuery' || protocol === 'ec2Query' ? 'ValidationError' : 'ValidationException'
  return (input) => {
    const findings: string[] = []
    check(input, '', findings)
    if (findings.length === 0) return
    const errors = findings.length === 1 ? 'error' : 'errors'
    throw new ServiceError(
      code,
      `${findings.length} validation ${errors} detected: ${findings.join('; ')}`,
      { status: 400 },
    )
  }
}

/** Without a constraints file, the contract still says which members are required. */
function requiredOnly(input: OperationShape['input']): Check {
  const required =
    input.kind === 'structure' ? input.members.filter((member) => member.required) : []
  return (value, path, findings) => {
    const fields = value as Readonly<Record<string, unknown>>
    for (const { name } of required) {
      if (fields[name] === undefined) findings.push(mustNotBeNull(below(path, name)))
    }
  }
}

function compileShapes({ shapes }: ConstraintsFile): (name: string) => Check {
  const done = new Map<string, Check>()
  const compile = (name: string): Check => {
    const known = done.get(name)
    if (known) return known
    const shape = shapes[name]
    if (!shape) return () => {}
    // Shapes may contain themselves: this entry stands in until the check is made.
    done.set(name, (value, path, findings) => done.get(name)!(value, path, findings))
    const made = compileShape(shape, compile, shapes)
    done.set(name, made)
    return made
  }
  return compile
}

function compileShape(
  shape: Constraint,
  compile: (name: string) => Check,
  shapes: ConstraintsFile['shapes'],
): Check {
  const rules = compileRules(shape)
  const secret = holdsSecret(shape, shapes, new Set())
  const inside = [
    ...(shape.members || shape.required ? [structureCheck(shape, compile)] : []),
    ...(shape.of === undefined && shape.key === undefined
      ? []
      : [itemsCheck(shape, compile, shapes)]),
  ]
  return (value, path, findings) => {
    for (const rule of rules) {
      const sentence = rule(value)
      if (sentence !== undefined) findings.push(failed(value, secret, path, sentence))
    }
    for (const check of inside) check(value, path, findings)
  }
}

function structureCheck(shape: Constraint, compile: (name: string) => Check): Check {
  const required = shape.required ?? []
  const members = Object.entries(shape.members ?? {}).map(
    ([name, ref]) => [name, compile(ref)] as const,
  )
  return (value, path, findings) => {
    const fields = value as Readonly<Record<string, unknown>>
    for (const name of required) {
      if (fields[name] === undefined) findings.push(mustNotBeNull(below(path, name)))
    }
    for (const [name, check] of members) {
      const field = fields[name]
      if (field === undefined || findings.length >= MAX_FINDINGS) continue
      check(field, below(path, name), findings)
    }
  }
}

/** Items and keys that are simple are spoken of through the list or map that holds them. */
function itemsCheck(
  shape: Constraint,
  compile: (name: string) => Check,
  shapes: ConstraintsFile['shapes'],
): Check {
  const item = shape.of === undefined ? undefined : shapes[shape.of]
  const key = shape.key === undefined ? undefined : shapes[shape.key]
  const simple = item && !item.members && !item.required && item.of === undefined
  const itemRules = item && simple ? compileRules(item) : []
  const keyRules = key ? compileRules(key) : []
  const check = simple || shape.of === undefined ? undefined : compile(shape.of)
  const secret = holdsSecret(shape, shapes, new Set())
  return (value, path, findings) => {
    const list = Array.isArray(value)
    const items: readonly unknown[] = list ? value : Object.values(value as object)
    const keys = list ? [] : Object.keys(value as object)
    const broken = (all: readonly unknown[], rules: typeof itemRules) =>
      rules.length > 0 && all.some((each) => rules.some((rule) => rule(each) !== undefined))
    if (broken(items, itemRules)) {
      const subject = list ? 'Member' : 'Map value'
      findings.push(
        failed(value, secret, path, `${subject} must satisfy constraint: [${sentences(item!)}]`),
      )
    }
    if (broken(keys, keyRules)) {
      findings.push(
        failed(value, secret, path, `Map keys must satisfy constraint: [${sentences(key!)}]`),
      )
    }
    if (!check) return
    const names = list
      ? items.map((_, i) => `${i + 1}.member`)
      : keys.map((name) => `${name}.member`)
    for (const [i, each] of items.entries()) {
      if (findings.length >= MAX_FINDINGS) return
      if (each !== null) check(each, `${path}.${names[i]}`, findings)
    }
  }
}

/** Every rule of a simple shape as a sentence. */
function sentences({ min, max, pattern, enum: values }: Constraint): string {
  return [
    ...(max === undefined ? [] : [`Member must have length less than or equal to ${max}`]),
    ...(min === undefined ? [] : [`Member must have length greater than or equal to ${min}`]),
    ...(pattern === undefined
      ? []
      : [`Member must satisfy regular expression pattern: ${pattern}`]),
    ...(values === undefined ? [] : [`Member must satisfy enum value set: [${values.join(', ')}]`]),
  ].join(', ')
}

function holdsSecret(
  shape: Constraint,
  shapes: ConstraintsFile['shapes'],
  seen: Set<Constraint>,
): boolean {
  if (shape.secret) return true
  if (seen.has(shape)) return false
  seen.add(shape)
  return [...Object.values(shape.members ?? {}), shape.of, shape.key].some((ref) => {
    const below = ref === undefined ? undefined : shapes[ref]
    return below !== undefined && holdsSecret(below, shapes, seen)
  })
}

const failed = (value: unknown, secret: boolean, path: string, sentence: string): string =>
  `Value ${secret ? '' : `'${valueText(value)}' `}at '${path}' failed to satisfy constraint: ${sentence}`

const mustNotBeNull = (path: string): string =>
  `Value null at '${path}' failed to satisfy constraint: Member must not be null`

/** AWS spells members in the manner of Java, whatever the wire says. */
function below(path: string, member: string): string {
  const name = member.charAt(0).toLowerCase() + member.slice(1)
  return path === '' ? name : `${path}.${name}`
}
