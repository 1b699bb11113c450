/** Attributes by the scopes that tell them (OpenID Connect Core 1.0, section 5.4). */
export const attributesOfScope: Readonly<Record<string, readonly string[]>> = {
  email: ['email', 'email_verified'],
  phone: ['phone_number', 'phone_number_verified'],
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
}

/**
 * Whether scopes tell an attribute of the user. `openid` alone tells all; with others it tells what they
 * stand for. Custom attributes go with the profile.
 */
export function isTold(scopes: readonly string[], name: string): boolean {
  const told = scopes.filter((one) => attributesOfScope[one] !== undefined)
  if (told.length === 0) return true
  if (name.startsWith('custom:') || name === 'address') return told.includes('profile')
  return told.some((one) => attributesOfScope[one]!.includes(name))
}
