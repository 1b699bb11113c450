import { hostedPage } from './hosted.ts'
import { problemPage } from './problem-page.ts'

const sentences: Readonly<Record<string, string>> = {
  redirect_mismatch: 'The address that the app asked to return to is not one of its own.',
}

/** `/error`: tells people what cannot be told to an app. */
export const errorPage = hostedPage('GET', '/error', ({ request }) => {
  const error = request.query.get('error')?.slice(0, 200) ?? ''
  return problemPage(
    400,
    'An error was encountered with the requested page.',
    sentences[error] ?? error,
  )
})
