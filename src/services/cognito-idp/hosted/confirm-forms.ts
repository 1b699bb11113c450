import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider'
import { html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { asLink } from '../messages.ts'
import { resend } from '../sign-up.ts'
import { faultOf } from './faults.ts'
import { button, codeField, form, link } from './forms.ts'
import { filled } from './languages.ts'
import { whole } from './layout.ts'
import { nameField } from './name-fields.ts'
import type { Visit } from './visit.ts'

interface Said {
  readonly name?: string | undefined
  readonly fault?: string | undefined
  /** Where a code has gone, the first one or another one. */
  readonly to?: CodeDeliveryDetailsType | undefined
  readonly again?: boolean
  /** Who has begun the sign-up at this browser goes on signed in. */
  readonly Session?: string | undefined
}

/** Asks for the code that confirms an account, or says that there is a link to follow. */
export function confirmForm(visit: Visit, said: Said): HttpResponse {
  const { texts, app } = visit
  const { name, fault, to, again, Session } = said
  const byLink = to?.DeliveryMedium === 'EMAIL' && asLink(app.pool)
  const sentence = byLink ? texts.linkSent : again ? texts.codeSentAgain : texts.codeSent
  const asked = name === undefined ? nameField(visit, { focus: true }) : undefined
  const hidden = { username: name, session: Session }
  const code = byLink
    ? undefined
    : form(visit, '/confirm', html`${asked}${codeField(visit)}${button(texts.continue)}`, hidden)
  const another =
    name === undefined
      ? undefined
      : form(
          visit,
          '/resendcode',
          html`<button class="plain" type="submit">${texts.sendAgain}</button>`,
          hidden,
        )
  return whole(visit, {
    title: texts.confirm,
    who: name,
    fault,
    notice: to?.Destination && filled(sentence, { to: to.Destination }),
    content: html`${code}${another}<p class="aside">${link(visit, '/login', texts.signIn)}</p>`,
  })
}

/** Sends a code to who signs in and is not confirmed yet. */
export async function unconfirmed(
  visit: Visit,
  name: string,
  Session?: string,
): Promise<HttpResponse> {
  const { app, ctx, texts } = visit
  try {
    const to = await resend(app, name, ctx, false)
    return confirmForm(visit, { name, to, again: true, Session })
  } catch (error) {
    return confirmForm(visit, { name, Session, fault: faultOf(error, texts) })
  }
}
