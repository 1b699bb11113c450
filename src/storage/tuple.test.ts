import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printable } from '../../test/characters.ts'
import { encodeKey, endOfPrefix, successor } from './tuple.ts'

const parts = fc.array(
  fc.oneof(
    fc.string({ unit: printable, maxLength: 6 }),
    fc.constantFrom('', '\0', 'a\0', 'a\0b', 'a'),
    fc.double({ noNaN: true }),
    fc.integer(),
  ),
  { maxLength: 4 },
)

/** Tuple order, said in another way: texts by UTF-8, numbers by value, texts before numbers. */
function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i]!, b[i]!]
    if (typeof x !== typeof y) return typeof x === 'string' ? -1 : 1
    if (typeof x === 'string') {
      const order = Buffer.compare(Buffer.from(x), Buffer.from(y as string))
      if (order !== 0) return order
    } else if (x !== y) return x < (y as number) ? -1 : 1
  }
  return Math.sign(a.length - b.length)
}

test('byte order is tuple order', () => {
  fc.assert(
    fc.property(parts, parts, (a, b) => {
      assert.equal(Math.sign(Buffer.compare(encodeKey(a), encodeKey(b))), compare(a, b))
    }),
    { numRuns: 2000 },
  )
})

test('a prefix reaches all that begin with it, and a successor is next', () => {
  fc.assert(
    fc.property(parts, parts, (prefix, rest) => {
      const start = encodeKey(prefix)
      const key = encodeKey([...prefix, ...rest])
      assert.ok(Buffer.compare(start, key) <= 0 && Buffer.compare(key, endOfPrefix(start)) < 0)
      assert.ok(Buffer.compare(key, successor(key)) < 0)
    }),
  )
})

test('what has no order is refused', () => {
  assert.throws(() => encodeKey([Number.NaN]), RangeError)
  assert.throws(() => encodeKey(['\ud800']), RangeError)
  assert.throws(() => encodeKey(['x'.repeat(3000)]), RangeError)
})
