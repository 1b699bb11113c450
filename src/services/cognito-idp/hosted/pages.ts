import type { Page } from '../../../kernel/page.ts'
import { assetPages } from './asset-pages.ts'
import { challengePages } from './challenge-pages.ts'
import { confirmPages } from './confirm-pages.ts'
import { forgottenPages } from './forgotten-pages.ts'
import { passkeyPages } from './passkey-pages.ts'
import { signInPages } from './sign-in-pages.ts'
import { signUpPages } from './sign-up-pages.ts'

/** The pages of people on the sign-in domains of user pools. */
export const hostedPages: readonly Page[] = [
  ...signInPages,
  ...challengePages,
  ...signUpPages,
  ...confirmPages,
  ...forgottenPages,
  ...passkeyPages,
  ...assetPages,
]
