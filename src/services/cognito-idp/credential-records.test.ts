import assert from 'node:assert/strict'
import { test } from 'node:test'
import { marked } from './credential-records.ts'

test('a mark that is set again takes the place of the first, and old ones go', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))
  const first = marked([], { id: 'a', until: at(5) }, at(0))
  const second = marked(first, { id: 'b', until: at(20) }, at(1))
  const again = marked(second, { id: 'a', until: at(9) }, at(2))
  assert.deepEqual(
    again.map(({ id }) => id),
    ['b', 'a'],
  )
  assert.deepEqual(
    marked(again, { id: 'c', until: at(30) }, at(10)).map(({ id }) => id),
    ['b', 'c'],
  )
})
