const MAX_ECHO = 1_000

/** A value as AWS's sentences quote it: in the manner of Java's `toString`. */
export function valueText(value: unknown): string {
  const text = javaText(value, 0)
  return text.length > MAX_ECHO ? `${text.slice(0, MAX_ECHO)}...` : text
}

function javaText(value: unknown, depth: number): string {
  if (value === null || value === undefined) return 'null'
  if (value instanceof Uint8Array) {
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.length} cap=${value.length}]`
  }
  if (value instanceof Date) return value.toISOString()
  if (typeof value !== 'object') return String(value)
  if (depth > 5) return '...'
  if (Array.isArray(value)) {
    return `[${value
      .slice(0, 100)
      .map((item) => javaText(item, depth + 1))
      .join(', ')}]`
  }
  const entries = Object.entries(value).slice(0, 100)
  return `{${entries.map(([key, item]) => `${key}=${javaText(item, depth + 1)}`).join(', ')}}`
}
