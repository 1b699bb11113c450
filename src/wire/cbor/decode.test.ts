import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ServiceError } from '../../kernel/errors.ts'
import { decodeCbor, Tagged } from './decode.ts'
import { CborWriter } from './writer.ts'

const hex = (text: string) => decodeCbor(Buffer.from(text, 'hex'))

test('reads the examples of RFC 8949', () => {
  const examples: readonly (readonly [string, unknown])[] = [
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1a000f4240', 1000000],
    ['1b000000e8d4a51000', 1000000000000],
    ['1bffffffffffffffff', 18446744073709551615n],
    ['20', -1],
    ['3903e7', -1000],
    ['3bffffffffffffffff', -18446744073709551616n],
    ['f93c00', 1],
    ['f97bff', 65504],
    ['f90001', 2 ** -24],
    ['f9c400', -4],
    ['fa47c35000', 100000],
    ['fb3ff199999999999a', 1.1],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['f97e00', Number.NaN],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['f7', undefined],
    ['4401020304', Uint8Array.of(1, 2, 3, 4)],
    ['6449455446', 'IETF'],
    ['62c3bc', 'ü'],
    ['83010203', [1, 2, 3]],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
    ['5f42010243030405ff', Uint8Array.of(1, 2, 3, 4, 5)],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
    ['c11a514b67b0', new Tagged(1, 1363896240)],
  ]
  for (const [bytes, value] of examples) assert.deepEqual(hex(bytes), value, bytes)
})

test('refuses what is short, long, or claims more than it holds', () => {
  const broken = [
    '',
    '18',
    '1b00',
    '62',
    '83',
    '9b7fffffffffffffff',
    '5b7fffffffffffffff',
    '0000',
    'ff',
    '81ff',
    'a1ff',
    'a10102',
    '1c',
    'fc',
    'bf6161ff',
    '5f01ff',
    '7f4100ff',
    'c1',
    '3f',
    'df',
  ]
  for (const bytes of broken)
    assert.throws(() => hex(bytes), { name: 'SerializationException' }, bytes)
})

test('refuses deep nesting', () => {
  for (const first of [0x81, 0x9f, 0xc1]) {
    const bytes = Buffer.alloc(1_000_000, first)
    assert.throws(() => decodeCbor(bytes), { name: 'SerializationException' })
  }
})

test('any bytes are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeCbor(bytes)
      } catch (error) {
        assert.ok(error instanceof ServiceError)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('what is written is read', () => {
  fc.assert(
    fc.property(
      fc.bigInt(),
      fc.double(),
      fc.string(),
      fc.uint8Array({ maxLength: 2_000 }),
      (big, double, text, bytes) => {
        const writer = new CborWriter()
        writer.head(4, 4)
        writer.bigInteger(BigInt.asIntN(64, big))
        writer.number(double)
        writer.text(text)
        writer.bytes(bytes)
        const [first, ...rest] = decodeCbor(writer.finish()) as [number | bigint, ...unknown[]]
        assert.equal(BigInt(first), BigInt.asIntN(64, big))
        assert.deepEqual(rest, [double, text, bytes])
      },
    ),
  )
})
