/** Formats of ARNs by the service that they name, whichever vendor's actions take them. */

import type { ActionCatalogue } from '../../../../access/actions.ts'
import { type Pattern, textClasses } from '../../../../access/analysis/patterns.ts'
import { ANY } from '../../../../access/glob.ts'

export interface ArnFormat {
  readonly region: string
  readonly account: string
  /** What stands behind the fifth colon, placeholders as stars. */
  readonly resource: Pattern
}

const cache = new WeakMap<ActionCatalogue, ReadonlyMap<string, readonly ArnFormat[]>>()

const starred = (text: string) => text.replaceAll(/\$\{[^}]*\}/g, '*')

export const patternOf = (text: string): Pattern =>
  [...starred(text)].map((letter) => (letter === '*' ? ANY : letter.charCodeAt(0)))

/** The formats of a service's ARNs; undefined when none are known. */
export function formatsOf(
  service: string,
  catalogue: ActionCatalogue,
): readonly ArnFormat[] | undefined {
  let all = cache.get(catalogue)
  if (all === undefined) {
    const made = new Map<string, ArnFormat[]>()
    for (const vendor of catalogue.detailedVendors()) {
      for (const { arn } of catalogue.resourceTypes(vendor)) {
        const [, , owner = '', region = '', account = '', ...rest] = arn.split(':')
        const format = { region, account, resource: patternOf(rest.join(':')) }
        made.set(owner, [...(made.get(owner) ?? []), format])
      }
    }
    all = made
    cache.set(catalogue, all)
  }
  return all.get(service)
}

/** Whether some text fits both patterns; true also when that takes too long to tell. */
export function overlap(a: Pattern, b: Pattern): boolean {
  const classes = textClasses([a, b])
  return classes === undefined || classes.has(3n)
}

export const REGIONS: ReadonlySet<string> = new Set(
  `af-south-1 ap-east-1 ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1
  ap-south-2 ap-southeast-1 ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5
  ap-southeast-6 ap-southeast-7 ca-central-1 ca-west-1 cn-north-1 cn-northwest-1 eu-central-1
  eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1 eu-west-2 eu-west-3 eusc-de-east-1
  il-central-1 me-central-1 me-south-1 mx-central-1 sa-east-1 us-east-1 us-east-2 us-gov-east-1
  us-gov-west-1 us-iso-east-1 us-iso-west-1 us-isob-east-1 us-isof-east-1 us-isof-south-1
  eu-isoe-west-1 us-west-1 us-west-2`.split(/\s+/),
)

export const PARTITIONS: readonly string[] = [
  'aws',
  'aws-cn',
  'aws-us-gov',
  'aws-iso',
  'aws-iso-b',
  'aws-iso-e',
  'aws-iso-f',
  'aws-eusc',
]
