import { html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { allowedBy } from '../first-factors.ts'
import { ssoSession } from '../oauth/sso-sessions.ts'
import { isAllowed } from '../sign-in.ts'
import { button, field, form, link } from './forms.ts'
import { filled } from './languages.ts'
import { whole } from './layout.ts'
import { nameField } from './name-fields.ts'
import { providerButtons, waysOf } from './providers.ts'
import type { Visit } from './visit.ts'

interface Said {
  readonly name?: string | undefined
  readonly fault?: string | undefined
  readonly notice?: string | undefined
}

/** Whether a sign-in can begin with something else than a password; the classic pages know nothing else. */
export const hasChoices = ({ app, hosted }: Visit): boolean =>
  hosted.domain.version === 2 &&
  isAllowed(app, 'USER_AUTH', '') &&
  allowedBy(app.pool).some((factor) => factor !== 'PASSWORD')

/** Whether people may make accounts for themselves. */
export const takesNewcomers = ({ app }: Visit): boolean =>
  app.pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly !== true

/** Where a sign-in begins. */
export async function signInForm(visit: Visit, said: Said = {}): Promise<HttpResponse> {
  const { texts, app, asked } = visit
  const { local, others } = await waysOf(app, visit)
  const value = said.name ?? asked.query.get('login_hint')?.slice(0, 128) ?? ''
  const asksName = local || others.some(({ identifiers }) => identifiers.length > 0)
  const asksPassword = local && !hasChoices(visit)
  const name = nameField(visit, { value, focus: value === '' })
  const password = asksPassword
    ? html`${field({
        name: 'password',
        label: texts.password,
        type: 'password',
        autocomplete: 'current-password',
        longest: 256,
        focus: value !== '',
      })}<p class="under">${link(visit, '/forgotPassword', texts.forgot)}</p>
`
    : undefined
  const own = asksName
    ? form(
        visit,
        '/login',
        html`${name}${password}${button(asksPassword ? texts.signIn : texts.next)}`,
      )
    : undefined
  const buttons = providerButtons(visit, others)
  const divider =
    asksName && buttons.length > 0 ? html`<div class="divider">${texts.or}</div>` : undefined
  const newcomers =
    local && takesNewcomers(visit)
      ? html`<p class="aside textDescription-customizable">${texts.newHere} ${link(visit, '/signup', texts.signUp)}</p>`
      : undefined
  return whole(visit, {
    ...said,
    title: texts.signIn,
    lead: texts.signInLead,
    content: html`${await known(visit)}${own}${divider}<div class="part">${buttons}</div>${newcomers}`,
  })
}

/** The way back in for who has signed in at this browser a short while ago. */
async function known(visit: Visit) {
  const { hosted, asked, texts } = visit
  if (visit.form.size > 0) return undefined
  const found = await ssoSession(hosted, asked)
  if (found === undefined) return undefined
  const { user } = found
  const name = user.username === user.sub ? (user.attributes.email ?? user.username) : user.username
  return html`${form(visit, '/login', button(filled(texts.signInAs, { name })), { again: 'yes' })}<div class="divider">${texts.otherUser}</div>`
}
