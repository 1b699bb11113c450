import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { HttpRequest } from '../../kernel/http.ts'
import { serializationException } from '../protocol-errors.ts'
import { plainBody } from './plain-body.ts'

const request = (body: Uint8Array, encoding?: string): HttpRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: { 'content-encoding': encoding },
  body,
})
const read = (body: Uint8Array, encoding?: string) =>
  plainBody(request(body, encoding), serializationException)

test('unpacks what the client has packed', () => {
  assert.equal(Buffer.from(read(gzipSync('{"a":1}'), 'gzip')).toString(), '{"a":1}')
  assert.equal(Buffer.from(read(Buffer.from('{}'))).toString(), '{}')
})

test('refuses a bomb and a broken archive', () => {
  const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024))
  for (const body of [bomb, Buffer.from('x'), gzipSync('x').subarray(0, 10)]) {
    assert.throws(() => read(body, 'gzip'), { name: 'SerializationException' })
  }
})
