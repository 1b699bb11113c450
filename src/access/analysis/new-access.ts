/** Whether one policy allows what another does not, and whether a policy allows something at all. */

import { compileAction } from '../action-patterns.ts'
import { type ActionCatalogue, actionCatalogue } from '../actions.ts'
import { resourcePieces } from '../resource-patterns.ts'
import { tokensOf } from '../template.ts'
import { type ActionClass, actionClasses } from './actions-compared.ts'
import {
  type AnalyzedKind,
  type ComparedPolicy,
  type ComparedStatement,
  Vocabulary,
} from './compared-policies.ts'
import { type Analysis, UnreadablePolicy, unsureOf, Verdict } from './granting-statements.ts'
import type { Pattern } from './patterns.ts'
import { accountsAsked, means, ownValues, type Witness, witnesses } from './principals-compared.ts'
import { Search } from './search.ts'

/** Actions and resources that are asked about; without one of them, any. */
export interface Access {
  readonly actions?: readonly string[] | undefined
  readonly resources?: readonly string[] | undefined
}

type Where = readonly (Witness | undefined)[]

const HOLDER: Where = [undefined]

function everybody(kind: AnalyzedKind, statements: readonly ComparedStatement[]) {
  return kind === 'identity' ? HOLDER : witnesses(statements, accountsAsked(statements))
}

const meant = (list: readonly ComparedStatement[], who: Witness | undefined, what: ActionClass) =>
  list.filter((one) => what.matched.has(one) && (who === undefined || means(one, who)))

/** What a statement says, whatever it is called. */
function sayingOf({ source }: ComparedStatement): string {
  const { index: _, sid: __, start: ___, end: ____, text: _____, ...saying } = source
  const plain = (value: unknown) => (value instanceof Map ? [...value] : value)
  return JSON.stringify(saying, (_name, value) => plain(value))
}

/**
 * The allowing statements that were there before, when nothing that denied has gone: they allow
 * nothing newly, however hard the rest is to tell.
 */
function unchanged(after: ComparedPolicy, before: ComparedPolicy): ReadonlySet<ComparedStatement> {
  if (after.version !== before.version) return new Set()
  const now = new Set(after.statements.map(sayingOf))
  const then = new Set(before.statements.map(sayingOf))
  const kept = before.statements.every((one) => !one.denies || now.has(sayingOf(one)))
  return new Set(kept ? after.statements.filter((one) => then.has(sayingOf(one))) : [])
}

/**
 * The statements of `fresh` that allow a request which `existing` does not allow: an action, a
 * resource, a caller and a context. Empty when there is none; this is never wrong. Policies are
 * compared as such: what a caller's own policies say of the call is no part of it.
 * @throws UnreadablePolicy for a document that breaks the grammar (0: fresh, 1: existing).
 */
export async function newAccess(
  fresh: string,
  existing: string,
  kind: AnalyzedKind,
  catalogue?: ActionCatalogue,
): Promise<Analysis> {
  const known = catalogue ?? (await actionCatalogue())
  const vocabulary = new Vocabulary(known)
  const [after, before] = [fresh, existing].map((text, which) => {
    const read = vocabulary.read(text, kind)
    if (read === undefined) throw new UnreadablePolicy(which)
    return read
  }) as [ComparedPolicy, ComparedPolicy]
  const statements = [...after.statements, ...before.statements]
  const old = unchanged(after, before)
  const callers = everybody(kind, statements)
  if (callers === undefined) {
    return unsureOf({ ...after, statements: after.statements.filter((one) => !old.has(one)) })
  }
  const search = new Search(vocabulary)
  const verdict = new Verdict()
  for (const what of actionClasses(statements, [], known)) {
    for (const who of callers) {
      const now = meant(after.statements, who, what)
      const then = meant(before.statements, who, what)
      const rest = {
        denies: now.filter(({ denies }) => denies),
        before: {
          allows: then.filter(({ denies }) => !denies),
          denies: then.filter(({ denies }) => denies),
        },
        known: who?.known,
        admits: ownValues(who),
      }
      for (const allows of now) {
        if (allows.denies || old.has(allows) || verdict.isSettled(allows)) continue
        verdict.note(allows, search.ask({ allows, ...rest }))
      }
    }
  }
  return verdict.analysis()
}

const starred = (kind: AnalyzedKind) => (entry: string) => {
  return tokensOf(resourcePieces(entry, kind, false) as readonly (string | number)[])
}

/**
 * The statements of a policy that allow any of the accesses asked about.
 * @throws UnreadablePolicy for a document that breaks the grammar.
 */
export async function grants(
  text: string,
  accesses: readonly Access[],
  kind: AnalyzedKind,
  catalogue?: ActionCatalogue,
): Promise<Analysis> {
  const known = catalogue ?? (await actionCatalogue())
  const vocabulary = new Vocabulary(known)
  const policy = vocabulary.read(text, kind)
  if (policy === undefined) throw new UnreadablePolicy(0)
  const callers = everybody(kind, policy.statements)
  if (callers === undefined) return unsureOf(policy)
  const search = new Search(vocabulary)
  const verdict = new Verdict()
  for (const { actions, resources } of accesses) {
    const within: readonly Pattern[] | undefined = resources?.map(starred(kind))
    const wanted = actions?.map(compileAction)
    const classes = actionClasses(policy.statements, actions ?? [], known, (action) => {
      return wanted === undefined || wanted.some(({ matches }) => matches(action))
    })
    for (const what of classes) {
      for (const who of callers) {
        const now = meant(policy.statements, who, what)
        const denies = now.filter((one) => one.denies)
        for (const allows of now) {
          if (allows.denies || verdict.isSettled(allows)) continue
          verdict.note(
            allows,
            search.ask({ allows, denies, within, known: who?.known, admits: ownValues(who) }),
          )
        }
      }
    }
  }
  return verdict.analysis()
}
