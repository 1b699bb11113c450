import type { Page } from '../../../kernel/page.ts'
import { codeArrivalPages } from './code-arrival.ts'
import { samlLogoutPage } from './logout.ts'
import { samlArrivalPage } from './saml-arrival.ts'

/** Where browsers come back to from other providers. */
export const federationPages: readonly Page[] = [
  ...codeArrivalPages,
  samlArrivalPage,
  samlLogoutPage,
]
