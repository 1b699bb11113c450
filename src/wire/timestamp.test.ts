import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'

test('writes the three forms', () => {
  const date = new Date(1_700_000_000_500)
  assert.equal(formatTimestamp(date, 'date-time'), '2023-11-14T22:13:20.500Z')
  assert.equal(formatTimestamp(new Date(1_700_000_000_000), 'date-time'), '2023-11-14T22:13:20Z')
  assert.equal(formatTimestamp(date, 'http-date'), 'Tue, 14 Nov 2023 22:13:20 GMT')
  assert.equal(formatTimestamp(date, 'epoch-seconds'), '1700000000.5')
})

test('reads every form that clients send', () => {
  const forms = [
    '2023-11-14T22:13:20Z',
    '2023-11-14t22:13:20.000z',
    '2023-11-14T23:13:20+01:00',
    '2023-11-14T22:13:20',
    'Tue, 14 Nov 2023 22:13:20 GMT',
    '1700000000',
    '1.7E9',
  ]
  for (const text of forms) assert.equal(parseTimestamp(text)?.getTime(), 1_700_000_000_000, text)
  assert.equal(parseTimestamp('2023-11-14')?.toISOString(), '2023-11-14T00:00:00.000Z')
})

test('reads nothing else', () => {
  for (const text of [
    '',
    'now',
    '2023-13-01T00:00:00Z',
    '2023-11-14T25:00:00Z',
    '1e99',
    'x'.repeat(100),
  ]) {
    assert.equal(parseTimestamp(text), undefined, text)
  }
})
