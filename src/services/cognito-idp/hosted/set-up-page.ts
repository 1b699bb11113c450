import QRCode from 'qrcode'
import { base32 } from '../../../crypto/base32.ts'
import { Html, html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { credentialsOf } from '../changing.ts'
import { associated } from '../software-tokens.ts'
import { users } from '../user-records.ts'
import { button, codeField, form, link } from './forms.ts'
import { whole } from './layout.ts'
import type { Standing } from './standing.ts'
import type { Visit } from './visit.ts'

/** Sets up an authenticator app: a picture for its camera, and the same as text. */
export async function setUpPage(visit: Visit, standing: Standing): Promise<HttpResponse> {
  const { texts, ctx, app } = visit
  const { name, session, fault } = standing
  // A wrong code leaves the secret as it was: the app has it by now.
  const Session = fault === undefined ? await associated(standing.Session, ctx) : standing.Session
  const user = (await ctx.store.of(users).get([app.pool.id, session.sub]))!
  const { newTotp } = await credentialsOf(ctx, user)
  const secret = base32(newTotp?.secret ?? new Uint8Array())
  const issuer = app.pool.name
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(name)}`
  const uri = `otpauth://totp/${label}?${new URLSearchParams({ secret, issuer })}`
  const picture = await QRCode.toString(uri, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' })
  return whole(visit, {
    title: texts.setUpFactor,
    lead: texts.setUpApp,
    who: name,
    fault,
    content: html`<div class="part"><div class="qr" role="img" aria-label="${texts.qrCode}">${new Html(picture)}</div>
<span class="label">${texts.setUpKey}</span><code>${secret.replace(/(.{4})(?=.)/g, '$1 ')}</code></div>${form(
      visit,
      '/challenge',
      html`${codeField(visit)}${button(texts.continue)}`,
      { username: name, session: Session },
    )}<p class="aside">${link(visit, '/login', texts.back)}</p>`,
  })
}
