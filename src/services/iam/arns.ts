/** ARNs of IAM's resources. IAM is global: the Region stays empty. */
export type ArnType =
  | 'user'
  | 'group'
  | 'role'
  | 'policy'
  | 'instance-profile'
  | 'mfa'
  | 'server-certificate'
  | 'oidc-provider'
  | 'saml-provider'

/** @param path begins and ends with a slash */
export const iamArn = (account: string, type: ArnType, name: string, path = '/'): string =>
  `arn:aws:iam::${account}:${type}${path}${name}`

/** How IAM returns policy documents: percent-encoded as RFC 3986 has it. */
export const encodeDocument = (document: string): string =>
  encodeURIComponent(document).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
