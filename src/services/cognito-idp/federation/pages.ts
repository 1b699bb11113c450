import type { Page } from '../../../kernel/page.ts'
import { codeArrivalPages } from './code-arrival.ts'

/** Where browsers come back to from other providers. */
export const federationPages: readonly Page[] = [...codeArrivalPages]
