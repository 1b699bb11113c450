import type { ActionCatalogue, ActionFacts } from '../../../../access/actions.ts'
import type { IssueCode } from './findings.ts'
import { type Check, eachStatement, isWild, type Validation } from './validated-kinds.ts'
import type { WrittenCondition, WrittenStatement } from './written-policy.ts'

/** Conditions on actions that do not know the key. */

/** Whether a key as the catalogue writes it (`aws:ResourceTag/${TagKey}`) stands for a key. */
function standsFor(written: string, lower: string): boolean {
  const open = written.search(/\$\{|</)
  const fixed = (open < 0 ? written : written.slice(0, open)).toLowerCase()
  return open < 0 ? fixed === lower : lower.startsWith(fixed)
}

function keysOf(facts: ActionFacts, catalogue: ActionCatalogue): readonly string[] {
  const types = catalogue.resourceTypes(facts.action.split(':', 1)[0]!)
  const taken = new Set(facts.resources.map(({ type }) => type))
  return [
    ...facts.conditionKeys,
    ...facts.resources.flatMap(({ conditionKeys }) => conditionKeys),
    ...types.filter(({ type }) => taken.has(type)).flatMap(({ conditionKeys }) => conditionKeys),
  ]
}

/** Keys of a service that come with its own requests; keys of role sessions come with any. */
function isOfRequests({ lower }: WrittenCondition, catalogue: ActionCatalogue): boolean {
  const vendor = lower.split(':', 1)[0]!
  if (!catalogue.isDetailed(vendor) || catalogue.conditionKeyType(lower) === undefined) return false
  return catalogue.actionsOf(vendor).some((action) => {
    const facts = catalogue.actionFacts(action)
    return facts !== undefined && keysOf(facts, catalogue).some((one) => standsFor(one, lower))
  })
}

function checkActions(
  condition: WrittenCondition,
  statement: WrittenStatement,
  validation: Validation,
) {
  const { catalogue, report } = validation
  const { key, lower, keyAt } = condition
  if (statement.notAction || lower.startsWith('aws:') || !isOfRequests(condition, catalogue)) return
  const unsupported = statement.actions.filter(({ text }) => {
    const facts = isWild(text) ? undefined : catalogue.actionFacts(text)
    return facts !== undefined && !keysOf(facts, catalogue).some((one) => standsFor(one, lower))
  })
  if (unsupported.length > 0)
    report('UNSUPPORTED_ACTION_FOR_CONDITION_KEY', [...unsupported, keyAt], {
      actions: unsupported.map(({ text }) => text).join(', '),
      key,
    })
}

const RESOURCE_TAG = 'aws:resourcetag/'

/** Whether any resource of a vendor is told with its tags; true of vendors that are not known. */
function knowsTags(vendor: string, catalogue: ActionCatalogue): boolean {
  if (!catalogue.isDetailed(vendor)) return true
  return catalogue
    .resourceTypes(vendor)
    .some(({ conditionKeys }) => conditionKeys.some((key) => standsFor(key, `${RESOURCE_TAG}x`)))
}

function checkTags(
  condition: WrittenCondition,
  statement: WrittenStatement,
  { catalogue, report }: Validation,
) {
  const { key, lower, keyAt, name } = condition
  const { effect, notAction, actions } = statement
  if (!lower.startsWith(RESOURCE_TAG) || name === undefined || name.ifExists) return
  if (/not/.test(name.base) || name.base === 'null' || (effect !== 'Allow' && effect !== 'Deny'))
    return
  const opening = effect.toUpperCase()
  if (notAction) {
    const code = `${opening}_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE` as IssueCode
    report(code, [keyAt], { conditionKeyName: key })
    return
  }
  const vendors = new Set(
    actions.map(({ text }) => text.split(':', 1)[0]!.toLowerCase()).filter((one) => !isWild(one)),
  )
  const without = [...vendors].filter((vendor) => !knowsTags(vendor, catalogue))
  if (without.length === 0) return
  const code = `${opening}_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE` as IssueCode
  report(code, [keyAt], { conditionKeyName: key, serviceNames: without.join(', ') })
}

export const supportedKeys: Check = eachStatement((statement, validation) => {
  for (const condition of statement.conditions) {
    checkActions(condition, statement, validation)
    checkTags(condition, statement, validation)
  }
})
