import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Throttle } from './throttle.ts'

test('a bucket empties, and fills again with time', () => {
  const throttle = new Throttle(true)
  const quota = { rate: 2, burst: 2 }
  const take = (at: number) => throttle.take('a', quota, at)
  assert.deepEqual([take(0), take(0), take(0)], [true, true, false])
  assert.deepEqual([take(500), take(500)], [true, false])
  assert.ok(throttle.take('b', quota, 500), 'other accounts have buckets of their own')
})

test('nothing is refused when throttling is off or no quota is named', () => {
  const off = new Throttle(false)
  const on = new Throttle(true)
  for (let i = 0; i < 100; i++) {
    assert.ok(off.take('a', { rate: 1, burst: 1 }, 0))
    assert.ok(on.take('a', undefined, 0))
  }
})
