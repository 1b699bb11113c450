import {
  invalidPrincipal,
  type NamedPrincipal,
  principalsNamed,
} from '../../access/check-principals.ts'
import { renamePrincipals } from '../../access/principal-names.ts'
import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { PrincipalDirectory } from '../../kernel/principals.ts'
import { fail } from './contract.ts'
import { checkDocument, policySize } from './policy-documents.ts'
import type { RoleRecord } from './role-records.ts'

const quota = 2_048

type StoredTrust = Pick<RoleRecord, 'trust' | 'trustees'>

const isEntity = (arn: string): boolean => /^arn:[^:]*:iam::\d{12}:(?:user|role)\//.test(arn)
const isUniqueId = (name: string): boolean => /^(?:AIDA|AROA)/.test(name)

/**
 * A trust policy as it is kept: users and roles by their unique ids, so that whoever takes their name
 * later is not trusted. Refuses what IAM would not store, and principals that do not exist.
 * @param old the policy that it replaces, whose principals may be named by id
 */
export async function storedTrust(
  document: string,
  ctx: Pick<CallContext, 'account' | 'principals'>,
  old?: StoredTrust,
): Promise<StoredTrust> {
  checkDocument(document, 'trust')
  if (policySize(document) > quota)
    throw fail('LimitExceededException', `Cannot exceed quota for ACLSizePerRole: ${quota}`)
  const ids = new Map<string, string>()
  const trustees: Record<string, string> = {}
  for (const named of principalsNamed(document)) {
    if (named.type !== 'AWS') continue
    if (isEntity(named.name)) {
      const id = await ctx.principals.identify(named.name)
      if (id === undefined) throw unknownPrincipal(named)
      ids.set(named.name, id)
      trustees[id] = parseArn(named.name)!.account
    } else if (isUniqueId(named.name)) {
      const account = old?.trustees?.[named.name] ?? ctx.account
      if ((await ctx.principals.arnOf(account, named.name)) === undefined)
        throw unknownPrincipal(named)
      trustees[named.name] = account
    }
  }
  const trust = renamePrincipals(document, (name) => ids.get(name))
  return { trust, trustees: Object.keys(trustees).length > 0 ? trustees : undefined }
}

const unknownPrincipal = (named: NamedPrincipal) =>
  fail('MalformedPolicyDocumentException', invalidPrincipal(named))

/**
 * A trust policy as it is shown and decided upon: by the ARNs that its principals have now. Who is gone
 * stays an id, which matches nobody.
 */
export async function shownTrust(
  { trust, trustees }: StoredTrust,
  directory: Pick<PrincipalDirectory, 'arnOf'>,
): Promise<string> {
  if (trustees === undefined) return trust
  const arns = new Map<string, string | undefined>()
  for (const [id, account] of Object.entries(trustees))
    arns.set(id, await directory.arnOf(account, id))
  return renamePrincipals(trust, (name) => arns.get(name))
}
