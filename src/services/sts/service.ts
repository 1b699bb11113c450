import { defineService } from '../../kernel/service.ts'
import { AssumeRole } from './AssumeRole.ts'
import type { C } from './contract.ts'
import { DecodeAuthorizationMessage, GetAccessKeyInfo, GetCallerIdentity } from './identity.ts'
import { GetFederationToken, GetSessionToken } from './session-tokens.ts'
import { openToken } from './sessions.ts'

const providers = 'identity providers (SAML, OIDC) cannot be registered yet'

/** AWS Security Token Service, API version 2011-06-15. */
export const service = defineService<C>()({
  name: 'sts',
  contract: () => import('@aws-sdk/client-sts'),
  operations: {
    AssumeRole,
    DecodeAuthorizationMessage,
    GetAccessKeyInfo,
    GetCallerIdentity,
    GetFederationToken,
    GetSessionToken,
  },
  notYet: {
    AssumeRoleWithSAML: providers,
    AssumeRoleWithWebIdentity: providers,
    AssumeRoot: 'needs member accounts of an organization',
    GetDelegatedAccessToken: 'needs IAM delegation requests',
    GetWebIdentityToken: 'needs outbound web identity federation of the account',
  },
  provides: { openToken },
  secrets: ['SecretAccessKey', 'TokenCode'],
})
