import { defineService } from '../../kernel/service.ts'
import { AssumeRole } from './AssumeRole.ts'
import { AssumeRoleWithSAML } from './AssumeRoleWithSAML.ts'
import { AssumeRoleWithWebIdentity } from './AssumeRoleWithWebIdentity.ts'
import { AssumeRoot } from './AssumeRoot.ts'
import type { C } from './contract.ts'
import { GetDelegatedAccessToken } from './GetDelegatedAccessToken.ts'
import { GetWebIdentityToken } from './GetWebIdentityToken.ts'
import { DecodeAuthorizationMessage, GetAccessKeyInfo, GetCallerIdentity } from './identity.ts'
import { issuerPages } from './issuer-pages.ts'
import { GetFederationToken, GetSessionToken } from './session-tokens.ts'
import { openToken } from './sessions.ts'

/** AWS Security Token Service, API version 2011-06-15. */
export const service = defineService<C>()({
  name: 'sts',
  contract: () => import('@aws-sdk/client-sts'),
  operations: {
    AssumeRole,
    AssumeRoleWithSAML,
    AssumeRoleWithWebIdentity,
    AssumeRoot,
    DecodeAuthorizationMessage,
    GetAccessKeyInfo,
    GetCallerIdentity,
    GetDelegatedAccessToken,
    GetFederationToken,
    GetSessionToken,
    GetWebIdentityToken,
  },
  notYet: {},
  provides: { openToken },
  secrets: ['SecretAccessKey', 'TokenCode', 'SAMLAssertion', 'WebIdentityToken', 'TradeInToken'],
  pages: issuerPages,
})
