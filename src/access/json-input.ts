/** Reading unknown JSON with errors that name the place. */

/** Input of the wrong shape. */
export class InputError extends Error {
  readonly where: string
  readonly expected: string

  constructor(where: string, expected: string) {
    super(`${where}: expected ${expected}`)
    this.name = 'InputError'
    this.where = where
    this.expected = expected
  }
}

export type JsonRecord = Readonly<Record<string, unknown>>

/** Whether a value is an object and no list. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws InputError when the value is no object. */
export function record(value: unknown, where: string): JsonRecord {
  if (!isRecord(value)) throw new InputError(where, 'an object')
  return value
}

/** @throws InputError when the value is no list. */
export function list(value: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new InputError(where, 'a list')
  return value
}

/** @throws InputError when the value is no text. */
export function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new InputError(where, 'a text')
  return value
}
