import { parseRange } from '../../../access/ip-ranges.ts'
import {
  parseBinary,
  parseBoolean,
  parseDate,
  parseNumber,
} from '../../../access/operand-values.ts'
import type { AccessRequest, ContextValue } from '../../../kernel/authorization.ts'
import { fail } from '../contract.ts'

interface ContextEntry {
  readonly ContextKeyName?: string | undefined
  readonly ContextKeyType?: string | undefined
  readonly ContextKeyValues?: readonly string[] | undefined
}

const PARSERS: Readonly<Record<string, (text: string) => unknown>> = {
  numeric: parseNumber,
  date: parseDate,
  boolean: parseBoolean,
  ip: parseRange,
  binary: parseBinary,
}

const LIST = 'List'

function given({ ContextKeyName, ContextKeyType = 'string', ContextKeyValues }: ContextEntry) {
  const values = ContextKeyValues ?? []
  const many = ContextKeyType.endsWith(LIST)
  const type = many ? ContextKeyType.slice(0, -LIST.length) : ContextKeyType
  const parse = PARSERS[type]
  const wrong = parse && values.find((value) => parse(value) === undefined)
  if (wrong !== undefined) {
    throw fail(
      'InvalidInputException',
      `Invalid context key value: ${wrong} of ${ContextKeyName} is not of the type ${ContextKeyType}.`,
    )
  }
  // A key has as many values as it is given, whatever its type is called.
  return many || values.length !== 1 ? values : values[0]!
}

/**
 * The context of a simulation.
 * @throws InvalidInput for a value that is not of the type that it claims.
 */
export function contextOf(entries: readonly ContextEntry[] = []): AccessRequest['context'] {
  const values = new Map<string, ContextValue>()
  for (const entry of entries) {
    if (entry.ContextKeyName === undefined)
      throw fail('InvalidInputException', 'A context entry needs a ContextKeyName.')
    values.set(entry.ContextKeyName.toLowerCase(), given(entry))
  }
  return (key) => values.get(key)
}
