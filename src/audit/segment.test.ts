import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBody, directoryHas, encodeBody, encodeDirectory, keyOf } from './segment.ts'

const entries = Array.from({ length: 300 }, (_, i) => ({
  record: `{"n":${i}}`,
  decision: `{"d":${i}}`,
  keys: [keyOf('a', 'EventName', `Event${i}`), keyOf('a', '', '')],
}))

test('a body gives back what went in, in order', () => {
  const read = decodeBody(encodeBody(entries))
  assert.deepEqual(
    read,
    entries.map(({ record, decision }) => ({ record, decision })),
  )
})

test('a directory holds every key, also when its bytes are not aligned', () => {
  const directory = encodeDirectory(entries)
  const shifted = new Uint8Array(directory.length + 1)
  shifted.set(directory, 1)
  for (const bytes of [directory, shifted.subarray(1)])
    for (const { keys } of entries) for (const key of keys) assert.ok(directoryHas(bytes, key))
  const strangers = entries.filter((_, i) => directoryHas(directory, keyOf('b', 'X', String(i))))
  assert.ok(strangers.length < 3)
})
