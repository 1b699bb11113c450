import type { Page } from '../../../kernel/page.ts'
import { authorizePage } from './authorize-page.ts'

/** What a sign-in domain serves: the OAuth 2.0 endpoints, and the pages of people. */
export const oauthPages: readonly Page[] = [authorizePage]
