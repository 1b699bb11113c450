import type { Html } from '../../../kernel/html.ts'
import { field } from './forms.ts'
import type { Visit } from './visit.ts'

/** The field for the name of a user, which is an address where the pool has it so. */
export function nameField(
  { app, texts }: Visit,
  { value, focus, fresh = false }: { value?: string; focus?: boolean; fresh?: boolean } = {},
): Html {
  const { usernameAttributes: by, aliasAttributes: aliases } = app.pool
  const [email, phone] = (['email', 'phone_number'] as const).map(
    (name) => by.includes(name) || (by.length === 0 && !fresh && aliases.includes(name)),
  )
  const only = by.length > 0
  const label = !only
    ? texts.username
    : email && phone
      ? texts.emailOrPhone
      : email
        ? texts.email
        : texts.phone
  const type = only && email !== phone ? (email ? 'email' : 'tel') : 'text'
  return field({
    name: 'username',
    label,
    type,
    value,
    focus,
    longest: 128,
    autocomplete: 'username',
  })
}
