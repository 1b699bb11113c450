import { contains, type IpRange, parseRange } from '../../../../access/ip-ranges.ts'
import { REGIONS } from './arn-formats.ts'
import type { Place } from './findings.ts'
import {
  type Check,
  eachStatement,
  isVariable,
  isWild,
  type Validation,
} from './validated-kinds.ts'
import type { TextPart, WrittenCondition } from './written-policy.ts'

/** Values of keys whose values have a form of their own. */

const PRIVATE: readonly IpRange[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
].map((text) => parseRange(text)!)

const isPrivate = (range: IpRange) =>
  PRIVATE.some((one) => one.prefix <= range.prefix && contains(one, range))

/** The range without bits behind its prefix. */
function network({ groups, prefix }: IpRange): string {
  const masked = groups.map((group, index) => {
    const bits = Math.min(16, Math.max(0, prefix - index * 16))
    return group & (0xffff << (16 - bits)) & 0xffff
  })
  if (masked.length === 2) {
    const octets = masked.flatMap((group) => [group >> 8, group & 255])
    return `${octets.join('.')}/${prefix}`
  }
  const hex = masked.map((group) => group.toString(16)).join(':')
  const zeros = /(?:^|:)(?:0(?::|$)){2,}/.exec(hex)
  return `${zeros === null ? hex : hex.replace(zeros[0], '::')}/${prefix}`
}

function checkRanges(
  { lower, name, value, values }: WrittenCondition,
  { report }: Validation,
): void {
  if (!name?.base.endsWith('ipaddress')) return
  const ranges = values.map(({ text }) => parseRange(text))
  for (const [index, range] of ranges.entries()) {
    const { text } = values[index]!
    if (range === undefined || !text.includes('/')) continue
    const addr = network(range)
    const same = parseRange(addr)!.groups.join() === range.groups.join()
    if (!same) report('IMPROVE_IP_RANGE', [values[index]!], { addr })
  }
  const told = ranges.filter((range) => range !== undefined)
  const inside = told.filter(isPrivate).length
  if (lower !== 'aws:sourceip' || inside === 0) return
  const mixed = inside < told.length ? '_SUBSET' : ''
  const negated = name.base === 'notipaddress' ? 'PRIVATE_NOT_IP_ADDRESS' : 'PRIVATE_IP_ADDRESS'
  report(`${negated}${mixed}` as 'PRIVATE_IP_ADDRESS', [value])
}

const SERVICES = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazonaws\.com(?:\.cn)?$/
const OF_SERVICES: ReadonlySet<string> = new Set([
  'aws:calledvia',
  'aws:calledviafirst',
  'aws:calledvialast',
  'aws:principalservicename',
  'aws:principalservicenameslist',
  'iam:awsservicename',
  'iam:passedtoservice',
])
const VIA = /^[a-z0-9-]+\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com(?:\.cn)?$/
const KMS_KEY = /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/
const OF_KEYS: ReadonlySet<string> = new Set([
  's3:x-amz-server-side-encryption-aws-kms-key-id',
  'ec2:kmskeyid',
  'elasticfilesystem:kmskeyid',
  'secretsmanager:kmskeyarn',
])

function checkForm(
  value: TextPart,
  { lower, key }: WrittenCondition,
  { report }: Validation,
): void {
  const { text } = value
  if (lower === 'aws:requestedregion' && !REGIONS.has(text))
    report('INVALID_REGION', [value], { region: text })
  if (lower === 'aws:sourcevpc' && !/^vpc-(?:[a-z0-9]{8}|[a-z0-9]{17})$/.test(text))
    report('INVALID_VPC_FORMAT', [value])
  if (lower === 'aws:sourcevpce' && !/^vpce-(?:[a-z0-9]{8}|[a-z0-9]{17})$/.test(text))
    report('INVALID_VPCE_FORMAT', [value])
  if (OF_KEYS.has(lower) && !KMS_KEY.test(text)) report('INVALID_KMS_KEY_VALUE', [value], { key })
  const via = lower === 'kms:viaservice'
  if (via ? VIA.test(text) : !OF_SERVICES.has(lower) || SERVICES.test(text)) return
  report('INVALID_SERVICE_PRINCIPAL_FORMAT', [value], {
    expectedFormat: via ? 'service-name.AWS_region.amazonaws.com' : 'service-name.amazonaws.com',
  })
}

const SENSITIVE: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:principalorgid',
  'aws:resourceaccount',
  'aws:resourceorgid',
  'aws:sourceaccount',
  'aws:sourceorgid',
  'aws:sourcevpc',
  'aws:sourcevpce',
  'aws:vpceaccount',
  'aws:vpceorgid',
])
const IDENTIFYING: ReadonlySet<string> = new Set([
  'aws:principalorgpaths',
  'aws:resourceorgpaths',
  'aws:sourceorgpaths',
  'aws:vpceorgpaths',
])
const LIST =
  'Refer to https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html for the list of sensitive keys.'

/** AWS's sentence for an open value of a key that should be fixed. */
function tooOpen(text: string, lower: string, key: string, what: 'wildcard' | 'policy variable') {
  const variable = what === 'policy variable'
  if (SENSITIVE.has(lower)) {
    return variable
      ? `The policy variable is not allowed in the condition key ${key}. We consider the key to be sensitive and policy variables can be evaluated as effective wildcards. Therefore policy variables are not allowed to be used with sensitive keys. ${LIST}`
      : `The wildcard is not allowed in the condition key ${key}. We consider the key to be sensitive and wildcards are not allowed to be used with sensitive keys. ${LIST}`
  }
  const start = text.search(variable ? /\$\{/ : /[*?]/)
  if (lower === 'aws:userid') {
    const colon = text.indexOf(':')
    const alone = /^(?:\*|\?|\$\{[^}]*\}):/.test(text)
    const right = colon >= 0 && colon < start
    return right || alone
      ? undefined
      : `Overly permissive use of ${what} with aws:userID. Use the ${what} on the right side of colon or as the only character on the left side of a colon.`
  }
  if (!IDENTIFYING.has(lower) || start >= 6) return undefined
  return `Overly permissive use of ${what} for the ${key} condition key. Use the ${what} preceded by 6 consecutive characters.`
}

function checkOpenness(
  value: TextPart,
  { lower, key, name }: WrittenCondition,
  { report }: Validation,
) {
  const { text } = value
  const place: readonly Place[] = [value]
  const like = /^(?:stringlike|arnlike|arnequals)$/.test(name?.base ?? '')
  const textual = /^(?:string(?:like|equals)|arn(?:like|equals))/.test(name?.base ?? '')
  // A lone star says only whether the key is there.
  if (like && isWild(text) && !/^\*+$/.test(text)) {
    const sentence = tooOpen(text, lower, key, 'wildcard')
    if (sentence !== undefined) report('WILDCARD_USAGE_TOO_PERMISSIVE', place, { sentence })
  }
  if (textual && isVariable(text)) {
    const sentence = tooOpen(text, lower, key, 'policy variable')
    if (sentence !== undefined) report('VARIABLE_USAGE_TOO_PERMISSIVE', place, { sentence })
  }
}

export const conditionValues: Check = eachStatement(({ conditions }, validation) => {
  for (const condition of conditions) {
    checkRanges(condition, validation)
    if (condition.name?.base === 'null') continue
    for (const value of condition.values) {
      if (!isWild(value.text) && !isVariable(value.text)) checkForm(value, condition, validation)
      checkOpenness(value, condition, validation)
    }
  }
})
