import type { Page } from '../../../kernel/page.ts'
import { authorizePage } from './authorize-page.ts'
import { errorPage } from './error-page.ts'
import { logoutPage } from './logout-page.ts'
import { registrationEndpoint } from './registration-endpoint.ts'
import { revocationEndpoint } from './revocation-endpoint.ts'
import { tokenEndpoint } from './token-endpoint.ts'
import { userInfoEndpoints } from './user-info.ts'

/** The OAuth 2.0 endpoints of a sign-in domain. */
export const oauthPages: readonly Page[] = [
  authorizePage,
  tokenEndpoint,
  ...userInfoEndpoints,
  revocationEndpoint,
  registrationEndpoint,
  logoutPage,
  errorPage,
]
