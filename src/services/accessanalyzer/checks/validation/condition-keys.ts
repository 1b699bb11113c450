import type { Place } from './findings.ts'
import { type Check, eachStatement, isTrustPolicy, type Validation } from './validated-kinds.ts'
import type { WrittenCondition, WrittenStatement } from './written-policy.ts'

/** Condition keys: whether they exist, what they hold, and which of them mean little. */

const GLOBAL = 'aws'
const TAGS = /^(?:aws:(?:principal|request|resource)tag|[a-z0-9-]+:resourcetag)\/?$/

/** Keys of identity providers begin with a host's name. */
const isProviders = (vendor: string) => vendor.includes('.') || vendor === 'saml'

function isNamed(condition: WrittenCondition, { catalogue, report, ...rest }: Validation): boolean {
  const { key, lower, keyAt } = condition
  const colon = key.indexOf(':')
  if (colon <= 0 || colon === key.length - 1 || /\s/.test(key.slice(0, colon))) {
    report('INVALID_CONDITION_KEY_FORMAT', [keyAt])
    return false
  }
  if (TAGS.test(lower)) {
    report('MISSING_TAG_KEY_IN_CONDITION', [keyAt], {
      conditionKeyName: key.endsWith('/') ? key : `${key}/`,
    })
    return false
  }
  const service = key.slice(0, colon)
  const known = catalogue.conditionKeyType(key) !== undefined
  if (known || isProviders(service.toLowerCase())) return known
  if (lower === 'aws:arn') {
    const onResources = /^RESOURCE/.test(rest.policyType)
    report(onResources ? 'UNSUPPORTED_GLOBAL_CONDITION_KEY' : 'DEPRECATED_GLOBAL_CONDITION_KEY', [
      keyAt,
    ])
  } else if (service.toLowerCase() === GLOBAL)
    report('INVALID_GLOBAL_CONDITION_KEY', [keyAt], { key })
  else if (!catalogue.isKnownVendor(service)) report('INVALID_SERVICE', [keyAt], { service })
  else if (catalogue.isDetailed(service))
    report('INVALID_SERVICE_CONDITION_KEY', [keyAt], { key, service })
  return false
}

/** The operators that fit each type, and how AWS names them. */
const FITTING: Readonly<Record<string, readonly [RegExp, string]>> = {
  String: [/^(?:string|binary)/, 'String'],
  ARN: [/^(?:arn|string)/, 'ARN'],
  Bool: [/^bool/, 'Boolean'],
  Numeric: [/^numeric/, 'Numeric'],
  Date: [/^(?:date|numeric)/, 'Date'],
  IPAddress: [/ipaddress$/, 'IP address'],
}

function checkType(
  condition: WrittenCondition,
  type: string,
  effect: string | undefined,
  { report }: Validation,
) {
  const { key, keyAt, operator, operatorAt, name } = condition
  if (name === undefined || name.base === 'null') return
  const many = type.startsWith('ArrayOf')
  if (many && name.set === undefined) report('MISSING_QUALIFIER', [operatorAt], { key })
  if (!many && name.set === 'all' && effect === 'Allow')
    report('FORALLVALUES_WITH_SINGLE_VALUED_KEY', [operatorAt], { key })
  const single = many ? type.slice('ArrayOf'.length) : type
  const [fits, allowed] = FITTING[single] ?? []
  if (fits !== undefined && !fits.test(name.base))
    report('TYPE_MISMATCH', [operatorAt], { allowed: allowed!, operator, key })
  if (single === 'ARN' && /^string(?:not)?like$/.test(name.base))
    report('STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS', [keyAt], {
      allowed: 'ARN',
      operator,
      key,
    })
}

/** What the caller says of himself. */
const UNTRUSTWORTHY: ReadonlySet<string> = new Set(['aws:referer', 'aws:useragent'])

const PAIRED: ReadonlyMap<string, string> = new Map([['aws:vpcsourceip', 'aws:SourceVpc']])

const FEW_SERVICES: ReadonlySet<string> = new Set([
  'aws:vpceaccount',
  'aws:vpceorgid',
  'aws:vpceorgpaths',
])

/** Identity providers whose tokens are known to name one audience. */
const ONE_AUDIENCE: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'cognito-identity.amazonaws.com',
  'token.actions.githubusercontent.com',
])

function checkAudience({ key, lower, name, operatorAt }: WrittenCondition, { report }: Validation) {
  const [provider = '', claim] = lower.split(':')
  if (claim !== 'aud' || name?.set === undefined || !isProviders(provider)) return
  if (name.set === 'any' && ONE_AUDIENCE.has(provider))
    report('FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE', [operatorAt], { key })
  else report('CONFIRM_AUDIENCE_CLAIM_TYPE', [operatorAt], { key, audienceType: claim })
}

const OF_OWNER: ReadonlySet<string> = new Set(['s3:resourceaccount'])

function checkUse(
  condition: WrittenCondition,
  statement: WrittenStatement,
  validation: Validation,
) {
  const { key, lower, keyAt } = condition
  const { report, resourceType } = validation
  if (UNTRUSTWORTHY.has(lower)) report('UNTRUSTWORTHY_CONDITION_KEY', [keyAt], { key })
  const pair = PAIRED.get(lower)
  if (pair !== undefined && !statement.conditions.some((one) => one.lower === pair.toLowerCase()))
    report('MISSING_PAIRED_CONDITION_KEYS', [keyAt], {
      conditionKeyName: key,
      recommendedKeys: pair,
    })
  const everywhere = statement.notAction || statement.actions.some(({ text }) => text === '*')
  if (FEW_SERVICES.has(lower) && everywhere)
    report('USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES', [keyAt], { key })
  if (resourceType !== undefined && !isTrustPolicy(validation) && OF_OWNER.has(lower))
    report('IRRELEVANT_CONDITION_KEY_IN_POLICY', [keyAt], {
      'condition-key': key,
      'resource-type': resourceType,
    })
  checkAudience(condition, validation)
}

/** One key in two spellings within one operator. */
function checkSpellings({ conditions }: WrittenStatement, { report }: Validation): void {
  const seen = new Map<string, { readonly key: string; readonly places: Place[] }>()
  for (const { operator, lower, key, keyAt } of conditions) {
    const name = JSON.stringify([operator, lower])
    const known = seen.get(name)
    if (known === undefined) seen.set(name, { key, places: [keyAt] })
    else known.places.push(keyAt)
  }
  for (const { key, places } of seen.values())
    if (places.length > 1) report('DUPLICATE_KEYS_WITH_DIFFERENT_CASE', places, { key })
}

export const conditionKeys: Check = eachStatement((statement, validation) => {
  checkSpellings(statement, validation)
  for (const condition of statement.conditions) {
    checkUse(condition, statement, validation)
    if (!isNamed(condition, validation)) continue
    const type = validation.catalogue.conditionKeyType(condition.key)!
    checkType(condition, type, statement.effect, validation)
  }
})
