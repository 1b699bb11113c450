import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CborFault, cborArray, readCbor, Tagged } from './cbor.ts'

const hex = (digits: string) => Buffer.from(digits.replaceAll(' ', ''), 'hex')

test('what RFC 8949 gives as examples is read as it says', () => {
  // Appendix A.
  const examples: readonly (readonly [string, unknown])[] = [
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1_000],
    ['1a000f4240', 1_000_000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1_000],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['40', Buffer.alloc(0)],
    ['60', ''],
    ['6449455446', 'IETF'],
    ['62c3bc', 'ü'],
    ['80', []],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['a0', new Map()],
    [
      'a201020304',
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
    [
      'a26161016162820203',
      new Map<string, unknown>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
    ['9fff', []],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    [
      'bf61610161629f0203ffff',
      new Map<string, unknown>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
    ['c11a514b67b0', new Tagged(1, 1_363_896_240)],
  ]
  for (const [bytes, value] of examples) assert.deepEqual(readCbor(hex(bytes)), value, bytes)
  const bytes = readCbor(hex('4401020304'))
  assert.deepEqual(Buffer.from(bytes as Uint8Array), hex('01020304'))
})

test('what is too much, or not of the kinds that are read, is refused', () => {
  const nested = (depth: number) => Buffer.concat([Buffer.alloc(depth, 0x81), Buffer.of(0)])
  assert.deepEqual(readCbor(nested(8)), [[[[[[[[0]]]]]]]])
  const faults = [
    nested(9),
    Buffer.alloc(100_000, 0x81),
    hex('9affffffff'),
    hex('bbffffffffffffffff'),
    hex('5bffffffffffffffff'),
    hex('1bffffffffffffffff'),
    hex('9f01'),
    hex('9f'),
    hex('bf01ff'),
    hex('ff'),
    hex('82ff00'),
    hex('5f4101ff'),
    hex('7f6161ff'),
    Buffer.alloc(100_000, 0x9f),
    hex('a201020103'),
    hex('a1f600'),
    hex('61ff'),
    hex('fb3ff0000000000000'),
    hex('0000'),
    hex('f7'),
    Buffer.concat([hex('991388'), Buffer.alloc(5_000)]),
    Buffer.alloc(0),
  ]
  for (const fault of faults)
    assert.throws(() => readCbor(fault), CborFault, fault.toString('hex').slice(0, 30))
})

test('no bytes do more than be read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      try {
        readCbor(noise)
      } catch (error) {
        assert.ok(error instanceof CborFault, String(error))
      }
    }),
    { numRuns: 5_000 },
  )
})

test('what is written as an array is read as it was', () => {
  for (const length of [0, 1, 23, 24, 255, 256, 65_535, 65_536, 100_000]) {
    const items = ['x'.repeat(length), new Uint8Array(length).fill(7)] as const
    const [text, bytes] = readCbor(cborArray(...items)) as readonly [string, Uint8Array]
    assert.equal(text, items[0])
    assert.deepEqual(new Uint8Array(bytes), items[1])
  }
})
