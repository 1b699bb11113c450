import { isWithin } from '../../../../access/analysis/patterns.ts'
import { covered } from './actions.ts'
import {
  type ArnFormat,
  formatsOf,
  overlap,
  PARTITIONS,
  patternOf,
  REGIONS,
} from './arn-formats.ts'
import {
  type Check,
  eachStatement,
  isVariable,
  isWild,
  type Validation,
} from './validated-kinds.ts'
import { type TextPart, within } from './written-policy.ts'

/** Entries of Resource and NotResource. */

const FIELDS = 6

interface Cut {
  readonly entry: TextPart
  readonly parts: readonly string[]
  readonly place: (part: number) => ReturnType<typeof within>
}

function cut(entry: TextPart): Cut {
  const parts = entry.text.split(':')
  const place = (part: number) => {
    const before = parts.slice(0, part).join(':').length
    return within(entry, before + (part === 0 ? 0 : 1), parts[part]!.length)
  }
  return { entry, parts, place }
}

const open = (part: string) => isWild(part) || isVariable(part)

function checkRegion(
  { parts, place, entry }: Cut,
  formats: readonly ArnFormat[],
  { report }: Validation,
) {
  const [, , service = '', region = ''] = parts
  if (region === '') {
    if (formats.every((format) => format.region !== ''))
      report('MISSING_ARN_REGION', [entry], { service })
    return
  }
  if (open(region)) return
  if (formats.every((format) => format.region === ''))
    report('ARN_REGION_NOT_ALLOWED', [place(3)], { service })
  else if (!REGIONS.has(region)) report('INVALID_ARN_REGION', [place(3)], { region })
}

function checkAccount(
  { parts, place, entry }: Cut,
  formats: readonly ArnFormat[],
  { report }: Validation,
) {
  const [, , service = '', , account = '', ...resource] = parts
  if (account === '') {
    if (formats.every((format) => format.account !== ''))
      report('MISSING_ARN_ACCOUNT', [entry], { resourceName: resource.join(':') })
    return
  }
  if (open(account)) return
  if (formats.every((format) => format.account === ''))
    report('ARN_ACCOUNT_NOT_ALLOWED', [place(4)], { service })
  else if (!/^\d{12}$/.test(account) && !formats.some((format) => format.account === account))
    report('INVALID_ARN_ACCOUNT', [place(4)], { account })
}

/** The formats that the entry's own part fits; all of them when it fits none. */
function fittingFormats(
  { parts, entry }: Cut,
  formats: readonly ArnFormat[],
  { report }: Validation,
) {
  const resource = patternOf(parts.slice(5).join(':'))
  const fitting = formats.filter((format) => overlap(resource, format.resource))
  if (fitting.length === 0) report('INVALID_ARN_RESOURCE', [entry])
  return fitting.length === 0 ? formats : fitting
}

function checkService(arn: Cut, validation: Validation): readonly ArnFormat[] | undefined {
  const { catalogue, report } = validation
  const service = arn.parts[2] ?? ''
  if (isVariable(service)) return undefined
  if (isWild(service)) {
    report('WILDCARD_IN_SERVICE_NAME', [arn.place(2)])
    return undefined
  }
  const formats = formatsOf(service.toLowerCase(), catalogue)
  const known = formats !== undefined || catalogue.isKnownVendor(service)
  if (!known) report('INVALID_SERVICE', [arn.place(2)], { service })
  else if (service !== service.toLowerCase())
    report('INVALID_ARN_SERVICE_CASE', [arn.place(2)], { service })
  return formats
}

function checkEntry(entry: TextPart, validation: Validation): void {
  const { report } = validation
  if (entry.text === '*') return
  const arn = cut(entry)
  const [scheme = '', partition = '', service = ''] = arn.parts
  if (scheme !== 'arn') {
    report('INVALID_ARN_PREFIX', [entry])
    return
  }
  if (arn.parts.length < FIELDS) {
    report('MISSING_ARN_FIELD', [entry], { fields: FIELDS })
    return
  }
  if (!open(partition) && !PARTITIONS.includes(partition))
    report('INVALID_PARTITION', [arn.place(1)], {
      service,
      partition,
      partitions: PARTITIONS.join(', '),
    })
  const formats = checkService(arn, validation)
  if (formats === undefined) return
  const fitting = fittingFormats(arn, formats, validation)
  checkRegion(arn, fitting, validation)
  checkAccount(arn, fitting, validation)
}

const entries = eachStatement(({ resources }, validation) => {
  for (const entry of resources) checkEntry(entry, validation)
})

const MOST_COMPARED = 100

const redundant = eachStatement(({ resources }, { report }) => {
  const fixed = resources.filter(({ text }) => !isVariable(text))
  if (fixed.length > MOST_COMPARED) return
  const patterns = new Map(fixed.map((entry) => [entry, patternOf(entry.text)]))
  const superfluous = covered(fixed, (outer, inner) => {
    if (!isWild(outer.text)) return outer.text === inner.text
    return isWithin(patterns.get(inner)!, patterns.get(outer)!)
  })
  if (superfluous.length > 0)
    report('REDUNDANT_RESOURCE', superfluous, { redundantResourceCount: superfluous.length })
})

export const resources: readonly Check[] = [entries, redundant]
