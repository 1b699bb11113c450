import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBody, encodeBody } from './codec.ts'

const value = fc.letrec((again) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n + 0),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.array(again('any')),
    fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('$date', '$$', '$', '$bytes', '__proto__')),
      again('any'),
      { noNullPrototype: true },
    ),
  ),
})).any

test('a body comes back as it was', () => {
  fc.assert(
    fc.property(value, (record) => {
      const body = { record }
      assert.deepStrictEqual(decodeBody(encodeBody(body)), body)
    }),
    { numRuns: 1000 },
  )
})

test('members that are undefined are dropped', () => {
  assert.deepEqual(decodeBody(encodeBody({ a: undefined, b: 1 })), { b: 1 })
})

test('what would not come back is refused', () => {
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, new Map(), () => 1, Symbol('x')]) {
    assert.throws(() => encodeBody({ odd }), TypeError)
  }
})
