import type { SchemaAttributeType } from '@aws-sdk/client-cognito-identity-provider'
import { html } from '../../../kernel/html.ts'
import type { HttpResponse } from '../../../kernel/http.ts'
import { isPasswordless } from '../first-factors.ts'
import { termsLinks } from '../terms.ts'
import { requiredFields } from './attribute-fields.ts'
import { button, form, link } from './forms.ts'
import { whole } from './layout.ts'
import { nameField } from './name-fields.ts'
import { newPasswordFields } from './password-fields.ts'
import { hasChoices } from './sign-in-form.ts'
import { sentName, type Visit } from './visit.ts'

/** What AWS calls the languages of terms. */
const languages: Readonly<Record<string, string>> = {
  de: 'german',
  en: 'english',
  es: 'spanish',
  fr: 'french',
  id: 'bahasa-indonesia',
  it: 'italian',
  ja: 'japanese',
  ko: 'korean',
  nl: 'dutch',
  'pt-BR': 'portuguese-brazil',
  'zh-CN': 'chinese-simplified',
  'zh-TW': 'chinese-traditional',
}

/** The attributes that somebody is asked for: what the pool requires, and where it sends codes. */
function asked({ app }: Visit): {
  readonly schema: readonly SchemaAttributeType[]
  readonly optional: ReadonlySet<string>
} {
  const { pool, client } = app
  const { WriteAttributes: written } = client.settings
  const auto: readonly string[] = pool.settings.AutoVerifiedAttributes ?? []
  // Where one of two addresses does, people choose.
  const some = pool.schema.some(({ Name, Required }) => Required && auto.includes(Name!))
  const enough = some || pool.usernameAttributes.length > 0 || auto.length > 1
  const schema = pool.schema.filter(({ Name = '', Required }) => {
    if (Name === 'sub' || pool.usernameAttributes.some((one) => one === Name)) return false
    return Required || (auto.includes(Name) && (written?.includes(Name) ?? true))
  })
  const optional = schema.filter(({ Required }) => !Required && enough).map(({ Name }) => Name!)
  return { schema, optional: new Set(optional) }
}

/** What somebody tells who makes an account. */
export async function signUpForm(visit: Visit, fault?: string): Promise<HttpResponse> {
  const { texts, app, ctx, language } = visit
  const { schema, optional } = asked(visit)
  const mayBeEmpty = hasChoices(visit) && isPasswordless(app.pool)
  const links = await termsLinks(ctx.store, app.client, languages[language] ?? language)
  const [before, between, after] = texts.terms.split(/\{terms\}|\{privacy\}/)
  const terms =
    links &&
    html`<p class="legal legalText-customizable">${before}<a href="${links.terms}" target="_blank" rel="noopener noreferrer">${texts.termsOfUse}</a>${between}<a href="${links.privacy}" target="_blank" rel="noopener noreferrer">${texts.privacyPolicy}</a>${after}</p>`
  const password = newPasswordFields(visit, {
    label: texts.password,
    ...(mayBeEmpty && { optional: texts.optional }),
  })
  const hint = mayBeEmpty
    ? html`<p class="hint textDescription-customizable">${texts.noPassword}</p>`
    : undefined
  return whole(visit, {
    title: texts.signUp,
    fault,
    content: html`${form(
      visit,
      '/signup',
      html`${nameField(visit, { value: sentName(visit), focus: fault === undefined, fresh: true })}${requiredFields(visit, schema, optional)}${password}${hint}${button(texts.signUp)}${terms}`,
    )}<p class="aside textDescription-customizable">${texts.haveAccount} ${link(visit, '/login', texts.signIn)}</p>`,
  })
}
