import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OperationShape } from '../schema/shape.ts'
import type { ConstraintsFile } from './constraints.ts'
import { compileValidator } from './validator.ts'

const file: ConstraintsFile = {
  operations: { CreateUser: 'Request' },
  shapes: {
    Request: {
      required: ['UserName', 'Tags'],
      members: {
        UserName: 'userName',
        Password: 'password',
        Count: 'count',
        Mode: 'mode',
        Tags: 'tags',
        Names: 'names',
        Map: 'map',
        Self: 'Request',
        Blob: 'blob',
        Secrets: 'secrets',
      },
    },
    userName: { min: 2, max: 4, pattern: '[\\w+=,.@-]+' },
    password: { min: 6, secret: true },
    count: { min: 1, max: 10, integer: true },
    mode: { enum: ['A', 'B'] },
    tags: { max: 2, of: 'Tag' },
    Tag: { required: ['Key'], members: { Key: 'userName' } },
    names: { of: 'userName' },
    secrets: { max: 1, of: 'password' },
    map: { key: 'userName', of: 'mode' },
    blob: { max: 2 },
  },
}
const operation = { name: 'CreateUser', input: { kind: 'unit' } } as unknown as OperationShape
const valid = { UserName: 'bob', Tags: [] }

function sentenceOf(input: object, protocol: 'awsQuery' | 'awsJson1_1' = 'awsQuery'): string {
  try {
    compileValidator(operation, file, protocol)({ ...valid, ...input })
  } catch (error) {
    assert.equal(
      (error as Error).name,
      protocol === 'awsQuery' ? 'ValidationError' : 'ValidationException',
    )
    return (error as Error).message
  }
  return ''
}

test('valid input passes', () => {
  assert.equal(sentenceOf({ Count: 3, Mode: 'A', Names: ['bob'], Map: { bob: 'B' } }), '')
})

test('speaks as AWS does', () => {
  const cases: readonly (readonly [object, string])[] = [
    [
      { UserName: 'robert' },
      "Value 'robert' at 'userName' failed to satisfy constraint: Member must have length less than or equal to 4",
    ],
    [
      { UserName: 'b' },
      "Value 'b' at 'userName' failed to satisfy constraint: Member must have length greater than or equal to 2",
    ],
    [
      { UserName: 'b*b' },
      "Value 'b*b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    ],
    [
      { UserName: undefined },
      "Value null at 'userName' failed to satisfy constraint: Member must not be null",
    ],
    [
      { Mode: 'C' },
      "Value 'C' at 'mode' failed to satisfy constraint: Member must satisfy enum value set: [A, B]",
    ],
    [
      { Count: 11 },
      "Value '11' at 'count' failed to satisfy constraint: Member must have value less than or equal to 10",
    ],
    [
      { Count: 0 },
      "Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
    [
      { Tags: [{ Key: 'ab' }, {}] },
      "Value null at 'tags.2.member.key' failed to satisfy constraint: Member must not be null",
    ],
    [
      { Names: ['ab', 'b*'] },
      "Value '[ab, b*]' at 'names' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal to 2, Member must satisfy regular expression pattern: [\\w+=,.@-]+]",
    ],
    [
      { Map: { ab: 'C' } },
      "Value '{ab=C}' at 'map' failed to satisfy constraint: Map value must satisfy constraint: [Member must satisfy enum value set: [A, B]]",
    ],
    [
      { Self: { UserName: 'bob' } },
      "Value null at 'self.tags' failed to satisfy constraint: Member must not be null",
    ],
    [
      { Blob: new Uint8Array(3) },
      "Value 'java.nio.HeapByteBuffer[pos=0 lim=3 cap=3]' at 'blob' failed to satisfy constraint: Member must have length less than or equal to 2",
    ],
  ]
  for (const [input, sentence] of cases) {
    assert.equal(sentenceOf(input), `1 validation error detected: ${sentence}`)
  }
})

test('joins several and names the code of the protocol', () => {
  const message = sentenceOf({ UserName: 'b', Count: 11 }, 'awsJson1_1')
  assert.match(message, /^2 validation errors detected: Value 'b' .*; Value '11' /)
})

test('never echoes a secret, alone or in a list', () => {
  for (const input of [{ Password: 'hush' }, { Secrets: ['hush', 'hush'] }]) {
    const message = sentenceOf(input)
    assert.match(message, /Value at '(password|secrets)' failed/)
    assert.doesNotMatch(message, /hush/)
  }
})

test('counts code points, not UTF-16 units', () => {
  assert.doesNotMatch(sentenceOf({ UserName: '𝒳𝒳𝒳' }), /length/)
})

test('stops naming violations when there are too many', () => {
  const message = sentenceOf({ Tags: Array.from({ length: 100_000 }, () => ({})) })
  assert.ok(message.length < 10_000)
})
