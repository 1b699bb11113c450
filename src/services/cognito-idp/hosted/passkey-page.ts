import { html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { personOf } from '../first-factors.ts'
import { requestOptions } from '../passkey-sign-in.ts'
import { button, form, link } from './forms.ts'
import { whole } from './layout.ts'
import { ceremony } from './passkey-script.ts'
import type { Standing } from './standing.ts'
import type { Visit } from './visit.ts'

/** Has the browser prove a passkey: the one thing that takes a script. */
export async function passkeyPage(visit: Visit, standing: Standing): Promise<HttpResponse> {
  const { texts, ctx, app } = visit
  const { name, Session, session, fault } = standing
  const { passkeys } = await personOf(app, name, ctx)
  const options = await requestOptions(app, session.passkeyChallenge ?? '', passkeys, ctx)
  return whole(visit, {
    title: texts.passkey,
    lead: texts.passkeyLead,
    who: name,
    fault,
    content: html`<noscript><p class="fault" role="alert">${texts.needsScript}</p></noscript>
<p class="fault" id="failed" role="alert" hidden>${texts.passkeyFailed}</p>${form(
      visit,
      '/challenge',
      html`<input type="hidden" name="credential" data-options="${options}">${button(texts.continue)}`,
      { username: name, session: Session },
    )}<p class="aside">${link(visit, '/login', texts.otherWays)}</p>`,
    script: ceremony('get'),
  })
}
