import { html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { knownClient } from '../clients.ts'
import { invalid } from '../contract.ts'
import { type Hosted, hostedPage } from '../oauth/hosted.ts'
import { problemPage } from '../oauth/problem-page.ts'
import { redirectTo } from '../oauth/redirects.ts'
import { ssoSession } from '../oauth/sso-sessions.ts'
import { creationOptions, registered } from '../passkey-registration.ts'
import type { UserRecord } from '../user-records.ts'
import { faultOf } from './faults.ts'
import { button, form } from './forms.ts'
import { whole } from './layout.ts'
import { afterOffer, signInFirst } from './onwards.ts'
import { ceremony } from './passkey-script.ts'
import type { Visit } from './visit.ts'
import { visited } from './visit-pages.ts'

const path = '/passkeys/add'

/** `/passkeys/add`: who is signed in at this browser gets a passkey; others sign in first. */
export const passkeyPages = [
  hostedPage('GET', path, (hosted) =>
    inManagedLogin(hosted, 'GET', (visit) => ifSignedIn(visit, addForm)),
  ),
  hostedPage('POST', path, (hosted) =>
    inManagedLogin(hosted, 'POST', (visit) => ifSignedIn(visit, add)),
  ),
]

/** The page takes less than others: what it is not told is what the app can do. */
async function inManagedLogin(
  hosted: Hosted,
  method: 'GET' | 'POST',
  handle: (visit: Visit) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { domain, request, pool, ctx } = hosted
  if (domain.version !== 2)
    return problemPage(404, 'There is no such page', 'The classic pages know no passkeys.')
  const query = new URLSearchParams(request.query)
  if (!query.has('response_type')) {
    const id = query.get('client_id') ?? ''
    const client = await knownClient(ctx.store, pool.id, id)
    const codes = client?.settings.AllowedOAuthFlows?.includes('code') ?? true
    query.set('response_type', codes ? 'code' : 'token')
  }
  const late = (visit: Visit) => ifSignedIn(visit, addForm)
  return visited(hosted, method, handle, { query, late })
}

async function ifSignedIn(
  visit: Visit,
  then: (visit: Visit, user: UserRecord) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  const { hosted, asked } = visit
  const found = await ssoSession(hosted, asked)
  if (found !== undefined) return then(visit, found.user)
  return redirectTo(signInFirst(visit))
}

async function addForm(visit: Visit, user: UserRecord, fault?: string): Promise<HttpResponse> {
  const { texts, app, ctx } = visit
  const options = JSON.stringify(await creationOptions({ ...app, user }, ctx))
  return whole(visit, {
    title: texts.passkeyAdd,
    lead: texts.passkeyAddLead,
    fault,
    content: html`<noscript><p class="fault" role="alert">${texts.needsScript}</p></noscript>
<p class="fault" id="failed" role="alert" hidden>${texts.passkeyNotMade}</p>${form(
      visit,
      path,
      html`<input type="hidden" name="credential" data-options="${options}">${button(texts.passkeyAdd)}`,
    )}<p class="aside"><a href="${afterOffer(visit)}">${texts.notNow}</a></p>`,
    script: ceremony('create'),
  })
}

async function add(visit: Visit, user: UserRecord): Promise<HttpResponse> {
  const { app, ctx, texts, form: given } = visit
  try {
    await registered({ ...app, user }, document(given.get('credential') ?? ''), ctx)
  } catch (error) {
    return addForm(visit, user, faultOf(error, texts))
  }
  return redirectTo(afterOffer(visit))
}

function document(text: string): unknown {
  try {
    return JSON.parse(text.slice(0, 65_536))
  } catch {
    throw invalid('Credential is not JSON.')
  }
}
