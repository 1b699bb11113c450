import { hostedPage } from './hosted.ts'
import { problemPage } from './problem-page.ts'

/** What the domain itself leads here with. Anybody can write another address: nothing else is shown. */
const sentences: ReadonlyMap<string, string> = new Map([
  ['redirect_mismatch', 'The address that the app asked to return to is not one of its own.'],
  ...['Client does not exist.', 'Required parameters missing: logout_uri or redirect_uri'].map(
    (sentence) => [sentence, sentence] as const,
  ),
])

/** `/error`: tells people what cannot be told to an app. */
export const errorPage = hostedPage('GET', '/error', ({ request }) =>
  problemPage(
    400,
    'An error was encountered with the requested page.',
    sentences.get(request.query.get('error') ?? '') ?? '',
  ),
)
