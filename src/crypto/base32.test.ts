import assert from 'node:assert/strict'
import { test } from 'node:test'
import { base32 } from './base32.ts'

test('base32: the vectors of RFC 4648, section 10, without their padding', () => {
  const vectors = {
    '': '',
    f: 'MY',
    fo: 'MZXQ',
    foo: 'MZXW6',
    foob: 'MZXW6YQ',
    fooba: 'MZXW6YTB',
    foobar: 'MZXW6YTBOI',
  }
  for (const [plain, encoded] of Object.entries(vectors))
    assert.equal(base32(Buffer.from(plain)), encoded)
})
