/** What stands in a record in place of a secret. */
export const hidden = 'HIDDEN_DUE_TO_SECURITY_REASONS'

const longest = 100_000

/**
 * Input or output of a call as CloudTrail writes it: names begin in lower case, secrets are
 * hidden, bytes and streams are left out, and what is over 100 KB is omitted.
 * @param secrets names of members whose values never reach the log
 * @returns JSON text, or undefined when there is nothing to show or too much
 */
export function redactedJson(value: unknown, secrets: ReadonlySet<string>): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = JSON.stringify(redacted(value, secrets, 0))
  return text === undefined || text === '{}' || text.length > longest ? undefined : text
}

function redacted(value: unknown, secrets: ReadonlySet<string>, depth: number): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array || Symbol.asyncIterator in value || depth > 32) return undefined
  if (Array.isArray(value)) return value.map((item) => redacted(item, secrets, depth + 1))
  const out: Record<string, unknown> = Object.create(null)
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue
    const key = name.charAt(0).toLowerCase() + name.slice(1)
    out[key] = secrets.has(name) ? hidden : redacted(member, secrets, depth + 1)
  }
  return out
}
