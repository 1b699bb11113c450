import QRCode from 'qrcode'
import { base32 } from '../../../crypto/base32.ts'
import { Html, html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { credentialsOf } from '../changing.ts'
import { fail } from '../contract.ts'
import { factorsToSetUp } from '../factors.ts'
import { associated } from '../software-tokens.ts'
import { type UserRecord, users } from '../user-records.ts'
import { button, codeField, field, form, link } from './forms.ts'
import { whole } from './layout.ts'
import { addressOf } from './set-up-address.ts'
import type { Standing } from './standing.ts'
import type { Visit } from './visit.ts'

/** Sets up a second factor: the only one that there is, or the one that was chosen. */
export async function setUpPage(visit: Visit, standing: Standing): Promise<HttpResponse> {
  const { app, ctx } = visit
  const user = await ctx.store.of(users).get([app.pool.id, standing.session.sub])
  if (user === undefined) throw fail('NotAuthorizedException', 'Invalid session for the user.')
  const ways = factorsToSetUp(app.pool)
  const way = ways.find((one) => one === standing.way) ?? (ways.length === 1 ? ways[0] : undefined)
  if (way === undefined) return waysPage(visit, standing, ways)
  return way === 'SOFTWARE_TOKEN_MFA'
    ? appPage(visit, standing, user)
    : addressPage(visit, standing, way)
}

const around = (visit: Visit, { name, fault }: Standing, lead: string, content: Html) =>
  whole(visit, {
    title: visit.texts.setUpFactor,
    lead,
    who: name,
    fault,
    content: html`${content}<p class="aside">${link(visit, '/login', visit.texts.back)}</p>`,
  })

function waysPage(visit: Visit, standing: Standing, ways: readonly string[]): HttpResponse {
  const { texts } = visit
  const names: Readonly<Record<string, string>> = {
    SOFTWARE_TOKEN_MFA: texts.byApp,
    SMS_MFA: texts.bySms,
    EMAIL_OTP: texts.byEmail,
  }
  const buttons = ways.map((way) => button(names[way]!, way, 'other'))
  const hidden = { username: standing.name, session: standing.Session }
  const content = form(visit, '/challenge', html`${buttons}`, hidden)
  return around(visit, standing, texts.chooseFactor, content)
}

/** Asks for an address that codes can be sent to. */
function addressPage(visit: Visit, standing: Standing, way: string): HttpResponse {
  const { texts } = visit
  const isMail = addressOf(way) === 'email'
  const address = field({
    name: 'address',
    label: isMail ? texts.email : texts.phone,
    type: isMail ? 'email' : 'tel',
    autocomplete: isMail ? 'email' : 'tel',
    focus: true,
  })
  const hidden = { username: standing.name, session: standing.Session, way }
  const content = form(visit, '/challenge', html`${address}${button(texts.sendCode)}`, hidden)
  return around(visit, standing, texts.setUpAddress, content)
}

/** Sets up an authenticator app: a picture for its camera, and the same as text. */
async function appPage(visit: Visit, standing: Standing, user: UserRecord): Promise<HttpResponse> {
  const { texts, ctx, app } = visit
  const { name, fault } = standing
  // A wrong code leaves the secret as it was: the app has it by now.
  const session = fault === undefined ? await associated(standing.Session, ctx) : standing.Session
  const { newTotp } = await credentialsOf(ctx, user)
  const secret = base32(newTotp?.secret ?? new Uint8Array())
  const issuer = app.pool.name
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(name)}`
  const uri = `otpauth://totp/${label}?secret=${secret}&issuer=${encodeURIComponent(issuer)}`
  const picture = await QRCode.toString(uri, { type: 'svg', margin: 1, errorCorrectionLevel: 'M' })
  const content = html`<div class="part"><div class="qr" role="img" aria-label="${texts.qrCode}">${new Html(picture)}</div>
<span class="label">${texts.setUpKey}</span><code>${secret.replace(/(.{4})(?=.)/g, '$1 ')}</code></div>${form(
    visit,
    '/challenge',
    html`${codeField(visit)}${button(texts.continue)}`,
    { username: name, session, way: 'SOFTWARE_TOKEN_MFA' },
  )}`
  return around(visit, standing, texts.setUpApp, content)
}
