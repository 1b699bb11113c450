import type { HttpResponse } from '../../../kernel/http.ts'

/** Where an answer to the app goes. */
export interface Asker {
  readonly redirectUri: string
  readonly responseType: 'code' | 'token'
  readonly state?: string | undefined
}

/** Headers take ASCII only; an app's address may have letters of any script. */
const ascii = (text: string): string =>
  text.toWellFormed().replace(/[^!-~]+/g, (other) => encodeURIComponent(other))

/** Sends a browser on. */
export const redirectTo = (
  location: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse => ({
  status: 302,
  headers: {
    location: ascii(location),
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    ...headers,
  },
  body: '',
})

/** Sends a browser back to the app with an answer: in the query for a code, in the fragment for tokens. */
export function redirectWith(
  { redirectUri, responseType, state }: Asker,
  answer: Readonly<Record<string, string>>,
): HttpResponse {
  const told = new URLSearchParams({ ...answer, ...(state !== undefined && { state }) })
  const inFragment = responseType === 'token' && answer.error === undefined
  const joint = inFragment ? '#' : redirectUri.includes('?') ? '&' : '?'
  return redirectTo(`${redirectUri}${joint}${told}`)
}
