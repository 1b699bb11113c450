import { ServiceError } from '../../../kernel/errors.ts'
import { filled, type Texts } from './languages.ts'

/** Sentences that everybody may come to see, which are in the language of the page. */
const sentences: readonly (readonly [RegExp, keyof Texts])[] = [
  [/^Incorrect username or password\.$/, 'wrongPassword'],
  [/^Password attempts exceeded$/, 'locked'],
  [
    /^Invalid code or auth state|^Invalid code received|^Invalid verification code|^Code mismatch$/,
    'wrongCode',
  ],
  [/^Invalid code provided, please request/, 'expiredCode'],
  [/^Your software token has already/, 'usedCode'],
  [/^Attempt limit exceeded/, 'tooOften'],
  [/^User already exists$/, 'exists'],
  [/^User does not exist\.$|^Username\/client id combination/, 'noUser'],
  [/^Password reset required/, 'resetRequired'],
  [/^Password did not conform with policy: /, 'weakPassword'],
  [/^User is not confirmed\.$/, 'notConfirmed'],
]

/** What went wrong, for the person at the page; throws on what is no fault of a caller's. */
export function faultOf(error: unknown, texts: Texts): string {
  if (!(error instanceof ServiceError) || (error.status ?? 400) >= 500) throw error
  const known = sentences.find(([is]) => is.test(error.message))
  const why = error.message.slice(error.message.indexOf(': ') + 2)
  return known === undefined ? error.message : filled(texts[known[1]], { why })
}

/** Whether an error is of a name, as the API has it. */
export const isError = (error: unknown, name: string): boolean =>
  error instanceof ServiceError && error.name === name

/** Whether a sign-in has taken too long, or was answered before. */
export const isOver = (error: unknown): boolean =>
  error instanceof ServiceError && error.message.startsWith('Invalid session for the user')
