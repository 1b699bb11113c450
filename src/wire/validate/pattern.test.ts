import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compilePattern } from './pattern.ts'

/** Patterns of the kinds that AWS's models hold. */
const PATTERNS = [
  '[\\w+=,.@-]+',
  'arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:([\\w+=/,.@-]*)?:[0-9]+:[\\w+=/,.@-]+(:[\\w+=/,.@-]+)?',
  '[a-c]*\\{####\\}[a-c{#}]*',
  '[a-c{#}]*\\{##[a-c{#}]*##\\}[a-c{#}]*',
  '(a|b)*c',
  '((a*)*b)*',
  '^cognito:(default|dutch|chinese-(simplified|traditional))$',
  '[a-z0-9](?:[a-z0-9\\-]{0,61}[a-z0-9])?',
  '(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)',
  '[A-Za-z0-9-_=.]+',
  '.*\\{####\\}.*',
  '(?s).*a.*',
  '^[0-9A-Za-z\\.\\-_]*(?<!\\.)$',
  '\\d{4}-(0[1-9]|1[0-2])',
]

test('agrees with backtracking on short texts', () => {
  const text = fc.array(
    fc.constantFrom(
      'a',
      'b',
      'c',
      '{',
      '#',
      '{##',
      '##}',
      '{####}',
      ':',
      '/',
      '1',
      '-',
      '.',
      'ä',
      '𝒳',
      '\n',
      'arn:a:b:c:1:d',
    ),
    { maxLength: 10 },
  )
  for (const pattern of PATTERNS) {
    const dotAll = pattern.startsWith('(?s)')
    const slow = new RegExp(`^(?:${dotAll ? pattern.slice(4) : pattern})$`, dotAll ? 'su' : 'u')
    const fast = compilePattern(pattern)
    fc.assert(
      fc.property(text, (parts) => {
        const drawn = parts.join('')
        assert.equal(fast(drawn), slow.test(drawn), `${pattern} on ${JSON.stringify(drawn)}`)
      }),
    )
  }
})

test('hostile texts cost no more than friendly ones', () => {
  const start = performance.now()
  for (const pattern of PATTERNS) {
    const matches = compilePattern(pattern)
    for (const piece of ['a', '{##', '{####}', 'a:', 'ab', '/', '1', '-']) {
      matches(`${piece.repeat(20_000 / piece.length)}\u0000`)
    }
  }
  assert.ok(performance.now() - start < 3_000)
})
