import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stepOfCode, timeStep, totp } from './totp.ts'

const secret = Buffer.from('12345678901234567890')

test('totp: the vectors of RFC 6238, appendix B, for SHA-1', () => {
  const vectors = [
    [59, '94287082'],
    [1_111_111_109, '07081804'],
    [1_111_111_111, '14050471'],
    [1_234_567_890, '89005924'],
    [2_000_000_000, '69279037'],
    [20_000_000_000, '65353130'],
  ] as const
  for (const [seconds, code] of vectors)
    assert.equal(totp(secret, timeStep(new Date(seconds * 1_000)), 8), code)
})

test('totp: the vectors of RFC 4226, appendix D, with six digits', () => {
  const codes = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ')
  for (const [counter, code] of codes.entries()) assert.equal(totp(secret, counter), code)
})

test('stepOfCode: finds the step among those allowed, and nothing else', () => {
  assert.equal(stepOfCode(secret, '359152', [1, 2, 3]), 2)
  assert.equal(stepOfCode(secret, '359152', [3, 4, 5]), undefined)
  for (const odd of ['', '35915', '3591520', '３５９１５２', 'abcdef'])
    assert.equal(stepOfCode(secret, odd, [1, 2, 3]), undefined)
})
