/** Policies as they are kept: users and roles by their unique ids. */

import { parseArn } from '../kernel/arn.ts'
import type { PrincipalDirectory } from '../kernel/principals.ts'
import { type NamedPrincipal, principalsNamed } from './check-principals.ts'
import { renamePrincipals } from './principal-names.ts'

/** A policy text, and the accounts of the unique ids that it names. */
export interface StoredPrincipals {
  readonly text: string
  /** Account by unique id; undefined when the policy names no user and no role. */
  readonly ids: Readonly<Record<string, string>> | undefined
}

const isEntity = (arn: string): boolean => /^arn:[^:]*:iam::\d{12}:(?:user|role)\//.test(arn)
const isUniqueId = (name: string): boolean => /^(?:AIDA|AROA)/.test(name)

/**
 * The policy with users and roles by their unique ids, so that whoever takes their name later is not
 * meant; or the first principal that does not exist.
 * @param known ids of the policy that it replaces, with their accounts
 */
export async function principalsById(
  document: string,
  directory: Pick<PrincipalDirectory, 'identify' | 'arnOf'>,
  account: string,
  known: Readonly<Record<string, string>> = {},
): Promise<StoredPrincipals | { readonly unknown: NamedPrincipal }> {
  const renamed = new Map<string, string>()
  const ids: Record<string, string> = {}
  for (const named of principalsNamed(document)) {
    if (named.type !== 'AWS') continue
    const { name } = named
    if (isEntity(name)) {
      const id = await directory.identify(name)
      if (id === undefined) return { unknown: named }
      renamed.set(name, id)
      ids[id] = parseArn(name)!.account
    } else if (isUniqueId(name)) {
      const owner = known[name] ?? account
      if ((await directory.arnOf(owner, name)) === undefined) return { unknown: named }
      ids[name] = owner
    }
  }
  const text = renamePrincipals(document, (name) => renamed.get(name))
  return { text, ids: Object.keys(ids).length > 0 ? ids : undefined }
}

/** The policy by the ARNs that its principals have now. Who is gone stays an id: it means nobody. */
export async function principalsByArn(
  { text, ids }: StoredPrincipals,
  directory: Pick<PrincipalDirectory, 'arnOf'>,
): Promise<string> {
  if (ids === undefined) return text
  const arns = new Map<string, string | undefined>()
  for (const [id, account] of Object.entries(ids)) arns.set(id, await directory.arnOf(account, id))
  return renamePrincipals(text, (name) => arns.get(name))
}
