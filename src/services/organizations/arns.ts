import type { OrganizationRecord } from './organization-records.ts'

type Org = Pick<OrganizationRecord, 'id' | 'managementAccount'>

const arn = (org: Org, path: string): string =>
  `arn:aws:organizations::${org.managementAccount}:${path}`

export const organizationArn = (org: Org): string => arn(org, `organization/${org.id}`)

export const handshakeArn = (org: Org, action: string, id: string): string =>
  arn(org, `handshake/${org.id}/${action.toLowerCase()}/${id}`)

/** AWS's own policies belong to no organization. */
export const policyArn = (org: Org, type: string, id: string): string => {
  const kind = type.toLowerCase()
  if (/^p-(RCP)?Full/.test(id)) return `arn:aws:organizations::aws:policy/${kind}/${id}`
  return arn(org, `policy/${org.id}/${kind}/${id}`)
}

export const resourcePolicyArn = (org: Org, id: string): string =>
  arn(org, `resourcepolicy/${org.id}/${id}`)

export const accountArn = (org: Org, account: string): string =>
  arn(org, `account/${org.id}/${account}`)

/** The ARN of a root, organizational unit or account, which its id tells apart. */
export function nodeArn(org: Org, id: string): string {
  if (id.startsWith('r-')) return arn(org, `root/${org.id}/${id}`)
  if (id.startsWith('ou-')) return arn(org, `ou/${org.id}/${id}`)
  return accountArn(org, id)
}

/** @param direction as the organization sees it that owns the ARN */
export const transferArn = (
  org: Org,
  type: string,
  direction: 'inbound' | 'outbound',
  id: string,
): string => arn(org, `transfer/${org.id}/${type.toLowerCase()}/${direction}/${id}`)
