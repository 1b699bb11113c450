import { html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { masked } from '../delivery.ts'
import { type FirstFactor, personOf } from '../first-factors.ts'
import { pretendedDelivery } from '../pretence.ts'
import { type UserRecord, users } from '../user-records.ts'
import { requiredFields } from './attribute-fields.ts'
import { button, codeField, field, form, link } from './forms.ts'
import { filled, type Texts } from './languages.ts'
import { whole } from './layout.ts'
import { passkeyPage } from './passkey-page.ts'
import { newPasswordFields } from './password-fields.ts'
import { setUpPage } from './set-up-page.ts'
import type { Standing } from './standing.ts'
import type { Visit } from './visit.ts'

type Draw = (visit: Visit, standing: Standing) => HttpResponse | Promise<HttpResponse>

const pages: Readonly<Record<string, Draw>> = {
  SELECT_CHALLENGE: choicePage,
  EMAIL_OTP: sentCodePage,
  SMS_OTP: sentCodePage,
  SMS_MFA: sentCodePage,
  SOFTWARE_TOKEN_MFA: appCodePage,
  SELECT_MFA_TYPE: factorsPage,
  NEW_PASSWORD_REQUIRED: newPasswordPage,
  MFA_SETUP: setUpPage,
  WEB_AUTHN: passkeyPage,
}

/** Whether a sign-in at pages comes by a challenge: some are for programs alone. */
export const hasPage = (challenge: string): boolean => Object.hasOwn(pages, challenge)

/** The page of what a sign-in asks for. */
export function challengePage(
  visit: Visit,
  standing: Standing,
): HttpResponse | Promise<HttpResponse> {
  const draw = pages[standing.session.challenge]
  if (draw === undefined) throw new Error(`no page for ${standing.session.challenge}`)
  return draw(visit, standing)
}

const hiddenOf = ({ name, Session }: Standing) => ({ username: name, session: Session })

const startOver = (visit: Visit) =>
  html`<p class="aside">${link(visit, '/login', visit.texts.back)}</p>`

const alternatives: Readonly<Partial<Record<FirstFactor, keyof Texts>>> = {
  WEB_AUTHN: 'passkey',
  EMAIL_OTP: 'emailCode',
  SMS_OTP: 'smsCode',
}

/** A password, or one of the other ways in. */
async function choicePage(visit: Visit, standing: Standing): Promise<HttpResponse> {
  const { texts, app, ctx } = visit
  const { name, session, fault } = standing
  const person = await personOf(app, name, ctx)
  const offered = person.factors.filter((one) => session.factors?.includes(one) ?? true)
  const hidden = hiddenOf(standing)
  const password = offered.includes('PASSWORD')
    ? form(
        visit,
        '/challenge',
        html`${field({
          name: 'password',
          label: texts.password,
          type: 'password',
          autocomplete: 'current-password',
          longest: 256,
          focus: true,
        })}<p class="under">${link(visit, '/forgotPassword', texts.forgot)}</p>${button(texts.signIn)}`,
        { ...hidden, choice: 'PASSWORD' },
      )
    : undefined
  const others = (['WEB_AUTHN', 'EMAIL_OTP', 'SMS_OTP'] as const)
    .filter((factor) => offered.includes(factor))
    .map((factor) => button(texts[alternatives[factor]!], factor, 'other'))
  const divider =
    password !== undefined && others.length > 0
      ? html`<div class="divider">${texts.or}</div>`
      : undefined
  const rest = others.length > 0 ? form(visit, '/challenge', html`${others}`, hidden) : undefined
  return whole(visit, {
    title: texts.signIn,
    who: name,
    fault,
    content: html`${password}${divider}${rest}${startOver(visit)}`,
  })
}

/** The code that was sent. */
function sentCodePage(visit: Visit, standing: Standing): HttpResponse {
  const { texts, app } = visit
  const { name, session, fault, notice } = standing
  const attribute = session.challenge === 'EMAIL_OTP' ? 'email' : 'phone_number'
  const to =
    session.address === undefined
      ? pretendedDelivery(app.pool, name, attribute).Destination!
      : masked(session.address)
  return whole(visit, {
    title: texts.enterCode,
    lead: notice === undefined ? filled(texts.codeSent, { to }) : undefined,
    who: name,
    fault,
    notice: notice === undefined ? undefined : filled(notice, { to }),
    content: html`${form(
      visit,
      '/challenge',
      html`${codeField(visit)}${button(texts.continue)}${button(texts.sendAgain, 'RESEND', 'plain')}`,
      hiddenOf(standing),
    )}${startOver(visit)}`,
  })
}

/** The code that an authenticator app shows. */
function appCodePage(visit: Visit, standing: Standing): HttpResponse {
  const { texts } = visit
  return whole(visit, {
    title: texts.enterCode,
    lead: texts.appCode,
    who: standing.name,
    fault: standing.fault,
    content: html`${form(
      visit,
      '/challenge',
      html`${codeField(visit)}${button(texts.continue)}`,
      hiddenOf(standing),
    )}${startOver(visit)}`,
  })
}

/** One of several second factors. */
function factorsPage(visit: Visit, standing: Standing): HttpResponse {
  const { texts } = visit
  const names = { SOFTWARE_TOKEN_MFA: texts.byApp, SMS_MFA: texts.bySms, EMAIL_OTP: texts.byEmail }
  const buttons = (standing.session.choices ?? []).map((factor) =>
    button(names[factor], factor, 'other'),
  )
  return whole(visit, {
    title: texts.chooseFactor,
    who: standing.name,
    fault: standing.fault,
    content: html`${form(visit, '/challenge', html`${buttons}`, hiddenOf(standing))}${startOver(visit)}`,
  })
}

/** A password in the place of a temporary one, with attributes that are missing. */
async function newPasswordPage(visit: Visit, standing: Standing): Promise<HttpResponse> {
  const { texts, app, ctx } = visit
  const user = await ctx.store.of(users).get([app.pool.id, standing.session.sub])
  const missing = ({ Name, Required }: { Name?: string; Required?: boolean }) =>
    Required === true && Name !== 'sub' && !(user as UserRecord | undefined)?.attributes[Name!]
  return whole(visit, {
    title: texts.changePassword,
    lead: texts.changePasswordLead,
    who: standing.name,
    fault: standing.fault,
    content: html`${form(
      visit,
      '/challenge',
      html`${newPasswordFields(visit)}${requiredFields(visit, app.pool.schema.filter(missing))}${button(texts.setPassword)}`,
      hiddenOf(standing),
    )}${startOver(visit)}`,
  })
}
