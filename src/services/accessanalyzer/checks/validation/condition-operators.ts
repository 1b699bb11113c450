import { parseRange } from '../../../../access/ip-ranges.ts'
import {
  parseBinary,
  parseBoolean,
  parseDate,
  parseNumber,
} from '../../../../access/operand-values.ts'
import type { IssueCode } from './findings.ts'
import {
  type Check,
  eachStatement,
  isVariable,
  isWild,
  type Validation,
} from './validated-kinds.ts'
import { itemsOf, type TextPart, type WrittenCondition } from './written-policy.ts'

/** Operators, and values of the types that they compare. */

function checkOperator(condition: WrittenCondition, { report }: Validation): void {
  const { operator, operatorAt, name } = condition
  if (name !== undefined) return
  const lower = operator.toLowerCase()
  if (lower === 'nullifexists') report('NULL_WITH_IF_EXISTS', [operatorAt])
  else if (/^for(?:all|any)values?:null$/.test(lower)) report('NULL_WITH_QUALIFIER', [operatorAt])
  else report('INVALID_CONDITION_OPERATOR', [operatorAt], { operator })
}

type Fault = readonly [IssueCode, (value: string) => boolean]

const mistyped: readonly (readonly [prefix: RegExp, ...Fault])[] = [
  [/^(?:bool|null)$/, 'TYPE_MISMATCH_BOOLEAN', (value) => parseBoolean(value) === undefined],
  [/^numeric/, 'TYPE_MISMATCH_NUMBER', (value) => parseNumber(value) === undefined],
  [/^date/, 'TYPE_MISMATCH_DATE', (value) => parseDate(value) === undefined],
  [/^binary/, 'TYPE_MISMATCH_STRING', (value) => parseBinary(value) === undefined],
  [/ipaddress$/, 'TYPE_MISMATCH_IP_RANGE', (value) => parseRange(value) === undefined],
]

const TEXTUAL = /^(?:string|arn)/

function checkValue(value: TextPart, condition: WrittenCondition, { report, policy }: Validation) {
  const { operator, name } = condition
  const base = name!.base
  if (isVariable(value.text) && policy.version === '2012-10-17' && !TEXTUAL.test(base)) {
    report('INVALID_VARIABLE_FOR_OPERATOR', [value])
    return
  }
  for (const [applies, code, isWrong] of mistyped)
    if (applies.test(base) && isWrong(value.text)) report(code, [value], { operator })
  if (base.startsWith('date') && /^-?\d{5,}/.test(value.text))
    report('INVALID_DATE_VALUE', [value], { date: value.text })
  const literal = /^string(?:not)?equals/.test(base)
  if (literal && isWild(value.text.replaceAll(/\$\{[^}]*\}/g, '')))
    report('WILDCARD_WITHOUT_LIKE_OPERATOR', [value])
}

function checkValues(condition: WrittenCondition, { report }: Validation): void {
  const { operator, name, key, value, values } = condition
  const kinds = new Set(itemsOf(value).map(({ node }) => node.kind))
  if (kinds.size > 1) report('INVALID_CONDITION_DATA_TYPE', [value])
  if (name?.base === 'bool' && values.length > 1)
    report('INVALID_CONDITION_MULTIPLE_BOOLEAN', [value])
  const order = /^(?:numeric|date)(less|greater)/.exec(name?.base ?? '')
  if (order?.input.startsWith('numeric') && values.length > 1)
    report('REDUNDANT_CONDITION_VALUE_NUM', [value], {
      operator,
      key,
      'greatest/least': order[1] === 'less' ? 'greatest' : 'least',
    })
  if (value.node.kind !== 'array' || value.node.items.length > 0) return
  if (name?.set === 'all') report('EMPTY_ARRAY_CONDITION_FORALLVALUES', [value], { key })
  else if (name?.set === 'any') report('EMPTY_ARRAY_CONDITION_FORANYVALUE', [value], { key })
  else if (name?.ifExists) report('EMPTY_ARRAY_CONDITION_IFEXISTS', [value], { key })
  else report('EMPTY_ARRAY_CONDITION', [value], { key })
}

/** What a lone star says of a key: always, never, whether it is there. */
function starCode({ name }: WrittenCondition): IssueCode | undefined {
  const like = name?.base === 'stringlike' || name?.base === 'arnlike'
  const unlike = name?.base === 'stringnotlike' || name?.base === 'arnnotlike'
  if (!like && !unlike) return undefined
  if (like) {
    return name.ifExists || name.set === 'all'
      ? 'REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION'
      : 'EQUIVALENT_TO_NULL_FALSE'
  }
  return name.set === 'any' && !name.ifExists
    ? 'REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION'
    : 'EQUIVALENT_TO_NULL_TRUE'
}

function checkStar(condition: WrittenCondition, { report }: Validation): void {
  const { key, keyAt, operator, values } = condition
  if (!values.some(({ text }) => /^\*+$/.test(text))) return
  const code = starCode(condition)
  if (code !== undefined) report(code, [keyAt], { key, operator, recommendedKey: key })
}

export const conditionOperators: Check = eachStatement(({ conditions }, validation) => {
  const wrong = new Set<string>()
  for (const condition of conditions) {
    if (!wrong.has(condition.operator)) checkOperator(condition, validation)
    if (condition.name === undefined) wrong.add(condition.operator)
    checkValues(condition, validation)
    if (condition.name === undefined) continue
    for (const value of condition.values) checkValue(value, condition, validation)
    checkStar(condition, validation)
  }
})
