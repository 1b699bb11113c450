import type { HttpResponse } from '../../../kernel/http.ts'
import type { Visit } from './visit.ts'

/** The parameter that says where a page leads before it leads to the app. */
const name = 'then'
const offer = '/passkeys/add'
const authorize = '/oauth2/authorize'

/** The address of the sign-in that leads to a new passkey. */
export const signInFirst = ({ hosted, asked }: Visit): string => {
  const query = new URLSearchParams(asked.query)
  query.set(name, offer)
  return `${hosted.base}/login?${query}`
}

/** The end of a sign-in, by way of the page that it was for. */
export function onwards({ hosted, asked }: Visit, end: HttpResponse): HttpResponse {
  const query = new URLSearchParams(asked.query)
  if (query.get(name) !== offer) return end
  query.delete(name)
  return { ...end, headers: { ...end.headers, location: `${hosted.base}${offer}?${query}` } }
}

/** The end of a sign-up, by way of the offer of a passkey; from there the session leads to the app. */
export function offering({ hosted, asked }: Visit, end: HttpResponse): HttpResponse {
  const query = new URLSearchParams(asked.query)
  query.set(name, authorize)
  // Who has just signed in is not asked again.
  for (const one of ['prompt', 'max_age']) query.delete(one)
  return { ...end, headers: { ...end.headers, location: `${hosted.base}${offer}?${query}` } }
}

/** Where the page for a new passkey leads: to the app itself, or to it with the session. */
export function afterOffer({ hosted, asked }: Visit): string {
  const query = new URLSearchParams(asked.query)
  if (query.get(name) !== authorize) return asked.redirectUri
  query.delete(name)
  return `${hosted.base}${authorize}?${query}`
}
