import { invalidPrincipal } from '../../access/check-principals.ts'
import { principalsByArn, principalsById } from '../../access/stored-principals.ts'
import type { CallContext } from '../../kernel/context.ts'
import type { PrincipalDirectory } from '../../kernel/principals.ts'
import { fail } from './contract.ts'
import { checkDocument, policySize } from './policy-documents.ts'
import type { RoleRecord } from './role-records.ts'

const quota = 2_048

type StoredTrust = Pick<RoleRecord, 'trust' | 'trustees'>

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
  const stored = await principalsById(document, ctx.principals, ctx.account, old?.trustees)
  if ('unknown' in stored)
    throw fail('MalformedPolicyDocumentException', invalidPrincipal(stored.unknown))
  return { trust: stored.text, trustees: stored.ids }
}

/**
 * A trust policy as it is shown and decided upon: by the ARNs that its principals have now. Who is gone
 * stays an id, which matches nobody.
 */
export const shownTrust = (
  { trust, trustees }: StoredTrust,
  directory: Pick<PrincipalDirectory, 'arnOf'>,
): Promise<string> => principalsByArn({ text: trust, ids: trustees }, directory)
