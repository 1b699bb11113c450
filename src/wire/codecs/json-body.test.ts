import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJsonBody } from './json-body.ts'

const refused = { name: 'SerializationException' }

test('refuses large bodies of brackets before they are parsed', () => {
  const start = performance.now()
  for (const piece of ['[', '{"a":', '[{},[],', '[],']) {
    const body = Buffer.from(piece.repeat(6_000_000 / piece.length))
    assert.throws(() => parseJsonBody(body), refused)
  }
  assert.ok(performance.now() - start < 1_500)
})

test('brackets inside of text are text', () => {
  const text = `${'['.repeat(20_000)}\\"${'{'.repeat(20_000)}`
  assert.deepEqual(parseJsonBody(Buffer.from(JSON.stringify({ text }))), { text })
})

test('an empty body is an empty object', () => {
  assert.deepEqual(parseJsonBody(new Uint8Array()), {})
})
