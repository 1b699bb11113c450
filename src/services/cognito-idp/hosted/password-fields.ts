import { type Html, html } from '../../../kernel/html.ts'
import { invalid } from '../contract.ts'
import { field } from './forms.ts'
import { filled } from './languages.ts'
import { sent, type Visit } from './visit.ts'

/** What the pool wants of a password, in words. */
function rulesOf({ app, texts }: Visit): readonly string[] {
  const policy = app.pool.settings.Policies?.PasswordPolicy ?? {}
  return [
    filled(texts.ruleLength, { n: policy.MinimumLength ?? 8 }),
    ...(policy.RequireUppercase ? [texts.ruleUpper] : []),
    ...(policy.RequireLowercase ? [texts.ruleLower] : []),
    ...(policy.RequireNumbers ? [texts.ruleNumber] : []),
    ...(policy.RequireSymbols ? [texts.ruleSymbol] : []),
  ]
}

/** A new password, twice, with what it needs. */
export function newPasswordFields(
  visit: Visit,
  { label = visit.texts.newPassword, optional }: { label?: string; optional?: string } = {},
): Html {
  const { texts } = visit
  const common = { type: 'password', autocomplete: 'new-password', longest, optional } as const
  const rules = rulesOf(visit).map((rule) => html`<li>${rule}</li>`)
  return html`${field({ ...common, name: 'password', label, about: 'rules' })}<div class="rules textDescription-customizable" id="rules">${texts.rulesLead}<ul>${rules}</ul></div>
${field({ ...common, name: 'again', label: texts.passwordAgain })}`
}

/** Characters that a password has at most; calls have the same limit. */
const longest = 256

/** The password that was sent twice; refuses two that are not the same. */
export function repeated(visit: Visit): string {
  const password = sent(visit, 'password')
  if (password !== sent(visit, 'again')) throw invalid(visit.texts.passwordsDiffer)
  if (password.length > longest) throw invalid(`A password has at most ${longest} characters.`)
  return password
}
