/** Findings as they are gathered, in the form of the API. */

import type { PathElement, ValidatePolicyFinding } from '@aws-sdk/client-accessanalyzer'
import { positionsOf, type Span } from '../../../../access/json-positions.ts'
import { errors } from './issues/errors.ts'
import { securityWarnings } from './issues/security-warnings.ts'
import { suggestions } from './issues/suggestions.ts'
import { warnings } from './issues/warnings.ts'

/** A place in a policy: how to get there, and where it stands. */
export interface Place {
  readonly path: readonly PathElement[]
  readonly span: Span
}

const families = [
  ['ERROR', 'error', errors],
  ['SECURITY_WARNING', 'security-warning', securityWarnings],
  ['WARNING', 'general-warning', warnings],
  ['SUGGESTION', 'suggestion', suggestions],
] as const

export type IssueCode =
  | keyof typeof errors
  | keyof typeof securityWarnings
  | keyof typeof warnings
  | keyof typeof suggestions

interface Issue {
  readonly type: (typeof families)[number][0]
  readonly template: string
  readonly link: string
}

const PAGE =
  'https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html'

/** The anchor of a check is its title on AWS's page, where some names are one word. */
function titleOf(code: string): string {
  return code
    .toLowerCase()
    .replaceAll('_', '-')
    .replaceAll(/not-(resource|action|principal)/g, 'not$1')
    .replaceAll('not-ip-address', 'notipaddress')
}

/** Every issue by its code. */
export const issues: ReadonlyMap<string, Issue> = new Map(
  families.flatMap(([type, family, templates]) =>
    Object.entries(templates).map(([code, template]): [string, Issue] => [
      code,
      {
        type,
        template,
        link: `${PAGE}#access-analyzer-reference-policy-checks-${family}-${titleOf(code)}`,
      },
    ]),
  ),
)

export type Values = Readonly<Record<string, string | number>>

/** Takes down one finding. */
export type Report = (code: IssueCode, places: readonly Place[], values?: Values) => void

const ORDER = families.map(([type]) => type as string)

/** Gathers findings of one text: errors first, each kind in the order in which places come. */
export class Findings {
  readonly #found: { readonly finding: ValidatePolicyFinding; readonly at: number }[] = []
  readonly #position: (offset: number) => { line: number; column: number; offset: number }

  constructor(text: string) {
    const position = positionsOf(text)
    this.#position = (offset) => {
      const { line, column } = position(offset)
      return { line, column: column - 1, offset }
    }
  }

  readonly report: Report = (code, places, values = {}) => {
    const { type, template, link } = issues.get(code)!
    const findingDetails = template.replaceAll(/\{\{([\w/-]+)\}\}/g, (_, name) =>
      String(values[name] ?? ''),
    )
    this.#found.push({
      at: places[0]?.span.start ?? 0,
      finding: {
        findingDetails,
        findingType: type,
        issueCode: code,
        learnMoreLink: link,
        locations: places.map(({ path, span }) => ({
          path: [...path],
          span: { start: this.#position(span.start), end: this.#position(span.end) },
        })),
      },
    })
  }

  all(): readonly ValidatePolicyFinding[] {
    return this.#found
      .toSorted((a, b) => {
        const kinds = ORDER.indexOf(a.finding.findingType!) - ORDER.indexOf(b.finding.findingType!)
        return kinds !== 0 ? kinds : a.at - b.at
      })
      .map(({ finding }) => finding)
  }
}
