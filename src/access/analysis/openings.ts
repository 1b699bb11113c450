/** What a resource policy grants to whom nobody trusts yet: the material of findings. */

import { type ActionCatalogue, actionCatalogue } from '../actions.ts'
import { hasAccount } from '../context-keys.ts'
import type { Statement } from '../document.ts'
import { ANY } from '../glob.ts'
import { MATCHES } from '../operators.ts'
import { accountNamed, compilePrincipals, levelOf, NOBODY } from '../principals.ts'
import { type ComparedPolicy, type ComparedStatement, Vocabulary } from './compared-policies.ts'
import type { Admits } from './condition-atoms.ts'
import { UnreadablePolicy } from './granting-statements.ts'
import type { Pattern } from './patterns.ts'
import { means, type Witness, witnesses } from './principals-compared.ts'
import { isStranger, strangersValues } from './public-access.ts'
import { Search } from './search.ts'

/**
 * A principal as findings name it, one member: `{ AWS: '111122223333' }`, `{ Federated: ... }`,
 * `{ Service: ... }`, `{ CanonicalUser: ... }`; or an organization: `{ 'aws:PrincipalOrgID': 'o-...' }`.
 */
export type FindingPrincipal = Readonly<Record<string, string>>

export interface Opening {
  /** `{ AWS: '*' }` for everybody. */
  readonly principal: FindingPrincipal
  /** Sorted; wildcards are spelled out as the actions that the resource takes. */
  readonly actions: readonly string[]
  /** Values by condition key, several of them joined by commas. */
  readonly condition: Readonly<Record<string, string>>
  readonly isPublic: boolean
  readonly statementIndex: number
}

export interface OpenedResource {
  readonly arn: string
  /** Twelve digits: the owner. */
  readonly account: string
  /** As AWS Config names it: `AWS::IAM::Role`, `AWS::S3::Bucket`. */
  readonly type: string
}

type IsTrusted = (principal: FindingPrincipal) => boolean

const SESSION_ACTIONS = ['sts:SetContext', 'sts:SetSourceIdentity', 'sts:TagSession']

/** What a principal of some kind can do with a role. */
function roleActions([type, name = '']: readonly [string, string]): readonly string[] {
  if (type !== 'Federated') return ['sts:AssumeRole', ...SESSION_ACTIONS]
  const how = name.includes(':saml-provider/') ? 'SAML' : 'WebIdentity'
  return [`sts:AssumeRoleWith${how}`, ...SESSION_ACTIONS]
}

/** The actions that the resource, or what lies in it, takes. */
function actionsOn({ arn }: OpenedResource, catalogue: ActionCatalogue): readonly string[] {
  const vendor = arn.split(':', 3)[2] ?? ''
  const types = new Set(
    [arn, `${arn}/x`].flatMap((one) =>
      catalogue.resourceTypesOfArn(vendor, one).map(({ type }) => type),
    ),
  )
  return catalogue.actionsOf(vendor).filter((action) => {
    const resources = catalogue.actionFacts(action)?.resources
    return resources === undefined || resources.some(({ type }) => types.has(type))
  })
}

/** Who a statement lets in; NotPrincipal lets in everybody else. */
function namesOf({ principal, notPrincipal }: Statement): readonly (readonly [string, string])[] {
  if (principal === undefined) return notPrincipal === undefined ? [] : [['AWS', '*']]
  if (principal === '*') return [['AWS', '*']]
  return [...principal].flatMap(([type, names]) => names.map((name) => [type, name] as const))
}

const ACCOUNTS: ReadonlySet<string> = new Set([
  'aws:principalaccount',
  'aws:sourceaccount',
  'aws:sourceowner',
  'kms:calleraccount',
  's3:dataaccesspointaccount',
])
const ARNS: ReadonlySet<string> = new Set([
  'aws:principalarn',
  'aws:sourcearn',
  's3:dataaccesspointarn',
])

/** Whether a condition's value can only be had by somebody trusted. */
function isTrustedValue(key: string, value: string, isTrusted: IsTrusted): boolean {
  if (/[*?]|\$\{/.test(value) && !ARNS.has(key)) return false
  if (ACCOUNTS.has(key)) return isTrusted({ AWS: value })
  if (ARNS.has(key)) {
    const account = value.split(':')[4] ?? ''
    return /^\d{12}$/.test(account) && isTrusted({ AWS: account })
  }
  return key === 'aws:principalorgid' && isTrusted({ 'aws:PrincipalOrgID': value })
}

/** What those cannot have whom nobody trusts. */
function untrustedValues(isTrusted: IsTrusted): (key: string) => Admits {
  const made = new Map<string, Admits>()
  return (key) => {
    const admits: Admits =
      made.get(key) ??
      ((tests, verdicts) =>
        tests.every(({ values }, index) => {
          if (verdicts[index] !== MATCHES) return true
          return !values.every((value) => isTrustedValue(key, value, isTrusted))
        }))
    made.set(key, admits)
    return admits
  }
}

function conditionOf({ conditions }: Statement): Record<string, string> {
  const told = new Map<string, string[]>()
  for (const { key, values } of conditions) told.set(key, [...(told.get(key) ?? []), ...values])
  return Object.fromEntries([...told].map(([key, values]) => [key, [...new Set(values)].join(',')]))
}

/** All that the openings of one policy are found with. */
interface Inquiry {
  readonly policy: ComparedPolicy
  readonly search: Search
  readonly within: readonly Pattern[]
}

/** Whether one of these witnesses really gets an action by a statement. */
function isGranted(
  { policy, search, within }: Inquiry,
  allows: ComparedStatement,
  action: string,
  who: readonly Witness[],
  admits: (key: string) => Admits,
): boolean {
  const lower = action.toLowerCase()
  if (!allows.matchesAction(lower)) return false
  const asked = policy.statements.filter((one) => one.denies && one.matchesAction(lower))
  return who.some((witness) => {
    if (!means(allows, witness)) return false
    const denies = asked.filter((one) => means(one, witness))
    const question = { allows, denies, within, known: witness.known, admits }
    return search.ask(question) !== 'no'
  })
}

function witnessesOf(
  [type, name]: readonly [string, string],
  everybody: readonly Witness[],
  isTrusted: IsTrusted,
) {
  if (type === 'AWS' && name === '*') {
    return everybody.filter(
      ({ principal }) => !hasAccount(principal) || !isTrusted({ AWS: principal.account }),
    )
  }
  const set = compilePrincipals(new Map([[type, [name]]]))
  return everybody.filter(({ principal }) => levelOf(set, principal) !== NOBODY)
}

/** Canonical users have no ARN: what they are granted is told as written. */
const isCanonical = ([type]: readonly [string, string]) => type === 'CanonicalUser'

/**
 * Every grant of a resource policy or role trust policy to a principal that is not trusted, less
 * what its own denies take away. A condition whose values only the trusted can have (their account,
 * an ARN of it, their organization) closes an opening. What cannot be told is told as open.
 * `isTrusted` is also asked about accounts and organizations that conditions name.
 * @throws UnreadablePolicy for a document that breaks the grammar.
 */
export async function openings(
  policyText: string,
  resource: OpenedResource,
  isTrusted: IsTrusted,
): Promise<readonly Opening[]> {
  const catalogue = await actionCatalogue()
  const vocabulary = new Vocabulary(catalogue)
  const policy = vocabulary.read(policyText, 'resource')
  if (policy === undefined) throw new UnreadablePolicy(0)
  const everybody = witnesses(policy.statements)
  const units = [...resource.arn].map((letter) => letter.charCodeAt(0))
  const within = [units, [...units, '/'.charCodeAt(0), ANY]]
  const inquiry = { policy, search: new Search(vocabulary), within }
  const isRole = resource.type === 'AWS::IAM::Role'
  const known = isRole ? [] : actionsOn(resource, catalogue)
  const untrusted = untrustedValues(isTrusted)
  return policy.statements
    .filter(({ denies }) => !denies)
    .flatMap((allows) =>
      namesOf(allows.source).flatMap((name): readonly Opening[] => {
        const principal = { [name[0]]: accountNamed(name[1]) ?? name[1] }
        if (isTrusted(principal)) return []
        const who = everybody && witnessesOf(name, everybody, isTrusted)
        const written = isRole
          ? []
          : (allows.source.actions ?? []).filter((one) => !/[*?]/.test(one))
        const candidates = new Set([...(isRole ? roleActions(name) : known), ...written])
        const spelled = new Map([...candidates].map((action) => [action.toLowerCase(), action]))
        const actions = [...spelled.values()].filter((action) => {
          if (who === undefined || isCanonical(name)) {
            return allows.matchesAction(action.toLowerCase())
          }
          return isGranted(inquiry, allows, action, who, untrusted)
        })
        if (actions.length === 0) return []
        const strange = who?.filter(isStranger) ?? []
        const isPublic = actions.some((action) =>
          isGranted(inquiry, allows, action, strange, strangersValues),
        )
        return [
          {
            principal,
            actions: actions.sort(),
            condition: conditionOf(allows.source),
            isPublic,
            statementIndex: allows.source.index,
          },
        ]
      }),
    )
}
