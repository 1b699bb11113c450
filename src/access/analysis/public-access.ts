/** Whether a resource policy lets in whoever wants. */

import { type ActionCatalogue, actionCatalogue } from '../actions.ts'
import { MATCHES } from '../operators.ts'
import { actionClasses } from './actions-compared.ts'
import { Vocabulary } from './compared-policies.ts'
import type { Admits } from './condition-atoms.ts'
import { type Analysis, UnreadablePolicy, unsureOf, Verdict } from './granting-statements.ts'
import { means, type Witness, witnesses } from './principals-compared.ts'
import { keepsOut } from './restricting-keys.ts'
import { Search } from './search.ts'

/** Providers that give everybody an identity; by host, also within the ARN of a provider. */
const PUBLIC_PROVIDERS: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'app.terraform.io',
  'cognito-identity.amazonaws.com',
  'gitlab.com',
  'graph.facebook.com',
  'token.actions.githubusercontent.com',
  'www.amazon.com',
])

function isPublicProvider(provider: string): boolean {
  return PUBLIC_PROVIDERS.has(provider.replace(/^arn:[^/]*:oidc-provider\//, ''))
}

/** Whether somebody stands for the public: nobody's account, or anybody's token. */
export function isStranger({ principal, outsider }: Witness): boolean {
  if (outsider || principal.kind === 'anonymous') return true
  return principal.kind === 'web-identity' && isPublicProvider(principal.provider)
}

const strangers = new Map<string, Admits>()

/** What strangers cannot have: a fixed value of a key that keeps them out. */
export function strangersValues(key: string): Admits {
  const known = strangers.get(key)
  if (known !== undefined) return known
  const admits: Admits = (tests, verdicts) =>
    tests.every((test, index) => verdicts[index] !== MATCHES || !keepsOut(key, test))
  if (strangers.size > 1_000) strangers.clear()
  strangers.set(key, admits)
  return admits
}

/**
 * The statements of a resource policy that let in the public: everybody, or whoever has a token of a
 * public identity provider, and no condition with fixed values keeps strangers out.
 * @param vendor only actions of this vendor concern the resource (`s3`; `sts` for roles)
 * @throws UnreadablePolicy for a document that breaks the grammar.
 */
export async function publicAccess(
  text: string,
  vendor: string,
  catalogue?: ActionCatalogue,
): Promise<Analysis> {
  const known = catalogue ?? (await actionCatalogue())
  const vocabulary = new Vocabulary(known)
  const policy = vocabulary.read(text, 'resource')
  if (policy === undefined) throw new UnreadablePolicy(0)
  const everybody = witnesses(policy.statements)
  if (everybody === undefined) return unsureOf(policy)
  const search = new Search(vocabulary)
  const verdict = new Verdict()
  const concerns = (action: string) => action.startsWith(`${vendor}:`)
  for (const { matched } of actionClasses(policy.statements, [`${vendor}:*`], known, concerns)) {
    for (const who of everybody.filter(isStranger)) {
      const meant = policy.statements.filter((one) => matched.has(one) && means(one, who))
      const denies = meant.filter((one) => one.denies)
      for (const allows of meant) {
        if (allows.denies || verdict.isSettled(allows)) continue
        const question = { allows, denies, known: who.known, admits: strangersValues }
        verdict.note(allows, search.ask(question))
      }
    }
  }
  return verdict.analysis()
}
