import type { CodeDeliveryDetailsType } from '@aws-sdk/client-cognito-identity-provider'
import { html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { button, codeField, form, link } from './forms.ts'
import { filled } from './languages.ts'
import { whole } from './layout.ts'
import { nameField } from './name-fields.ts'
import { newPasswordFields } from './password-fields.ts'
import type { Visit } from './visit.ts'

interface Said {
  readonly name?: string | undefined
  readonly fault?: string | undefined
}

/** Asks who has forgotten the password. */
export function forgottenForm(visit: Visit, { name = '', fault }: Said = {}): HttpResponse {
  const { texts } = visit
  return whole(visit, {
    title: texts.forgot,
    lead: texts.forgotLead,
    fault,
    content: html`${form(
      visit,
      '/forgotPassword',
      html`${nameField(visit, { value: name, focus: true })}${button(texts.sendCode)}`,
    )}<p class="aside">${link(visit, '/login', texts.back)}</p>`,
  })
}

/** Asks for the code that was sent, and the new password. */
export function resetForm(
  visit: Visit,
  { name, fault, to }: Said & { readonly to?: CodeDeliveryDetailsType | undefined },
): HttpResponse {
  const { texts } = visit
  const asked = name === undefined ? nameField(visit, { focus: true }) : undefined
  const sentTo = to?.Destination
  return whole(visit, {
    title: texts.resetPassword,
    who: name,
    fault,
    notice: sentTo === undefined ? undefined : filled(texts.codeSent, { to: sentTo }),
    content: html`${form(
      visit,
      '/confirmforgotPassword',
      html`${asked}${codeField(visit)}${newPasswordFields(visit)}${button(texts.setPassword)}`,
      { username: name },
    )}${
      name === undefined
        ? undefined
        : form(
            visit,
            '/forgotPassword',
            html`<button class="plain" type="submit">${texts.sendAgain}</button>`,
            {
              username: name,
            },
          )
    }<p class="aside">${link(visit, '/login', texts.back)}</p>`,
  })
}
