import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OrderedMap } from './ordered-map.ts'

const key = (n: number): string => String(n).padStart(4, '0')

/** Every third number, in an order that fills chunks from all sides. */
function filled(): OrderedMap<number> {
  const map = new OrderedMap<number>()
  for (let i = 0; i < 1_000; i++) map.set(key(((i * 617) % 1_000) * 3), i)
  return map
}
const numbers = (entries: Iterable<[string, number]>): number[] =>
  [...entries].map(([name]) => Number(name))
const thirds = Array.from({ length: 1_000 }, (_, i) => i * 3)

test('entries come in order from a key on, upwards and downwards, there or not', () => {
  const map = filled()
  for (const at of [0, 1, 3, 383, 384, 767, 768, 1_500, 2_996, 2_997, 2_998, 9_999]) {
    assert.deepEqual(
      numbers(map.from(key(at))),
      thirds.filter((n) => n >= at),
    )
    assert.deepEqual(numbers(map.downFrom(key(at))), thirds.filter((n) => n <= at).reverse())
  }
})

test('what was deleted comes no more, and an emptied map has nothing', () => {
  const map = filled()
  for (const n of thirds) if (n % 2 === 0) map.delete(key(n))
  const odd = thirds.filter((n) => n % 2 === 1)
  assert.deepEqual(numbers(map.from('')), odd)
  assert.deepEqual(numbers(map.downFrom('9')), odd.toReversed())
  for (const n of odd) map.delete(key(n))
  assert.deepEqual([numbers(map.from('')), numbers(map.downFrom('9')), map.size], [[], [], 0])
  assert.deepEqual(numbers(new OrderedMap<number>().downFrom('9')), [])
})
