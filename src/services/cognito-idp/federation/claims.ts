/** What a provider tells of a user. */
export type Claims = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const formEncoded = (text: string) => new URLSearchParams({ v: text }).toString().slice(2)

/** A list is told in brackets, its values encoded as in forms. */
const listText = (values: readonly unknown[]) =>
  `[${values.map((one) => formEncoded(claimText(one) ?? '')).join(', ')}]`

/** Of an address its lines, of Facebook's picture its URL. */
function objectText(value: Claims): string {
  if (typeof value.formatted === 'string') return value.formatted
  if (isObject(value.data) && typeof value.data.url === 'string') return value.data.url
  return JSON.stringify(value)
}

/** A claim as an attribute has it; undefined when it says nothing. */
export function claimText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length > 1 ? listText(value) : claimText(value[0])
  return isObject(value) ? objectText(value) : String(value)
}

/** Claims as functions are told: all texts, lists by commas. */
export const claimTexts = (claims: Claims): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(claims).flatMap(([name, value]) => {
      const text = Array.isArray(value) ? value.map(claimText).join(',') : claimText(value)
      return text === undefined ? [] : [[name, text]]
    }),
  )

/** The object that a JSON text is; undefined for any other text. */
export function jsonObject(text: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
