import type { Page } from '../../../kernel/page.ts'
import { challengePages } from './challenge-pages.ts'
import { forgottenPages } from './forgotten-pages.ts'
import { signInPages } from './sign-in-pages.ts'

/** The pages of people on the sign-in domains of user pools. */
export const hostedPages: readonly Page[] = [...signInPages, ...challengePages, ...forgottenPages]
