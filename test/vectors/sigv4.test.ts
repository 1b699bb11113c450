import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { HttpRequest } from '../../src/kernel/http.ts'
import {
  checkFreshness,
  claimedSignature,
  payloadHashOf,
  SignatureRefused,
  SigningKeys,
  verifySignature,
} from '../../src/wire/sigv4.ts'

const folder = new URL('../../../shared/vectors/sigv4/v4/', import.meta.url)
const cases = existsSync(folder) ? readdirSync(folder) : []

/** Reads the suite's plain-text HTTP form; unlike HTTP/1.1 it allows spaces in the path. */
function parse(text: string): HttpRequest {
  const [head = '', body = ''] = text.split('\n\n')
  const lines = head.replace(/\n[ \t]+/g, ' ').split('\n')
  const [, method = '', url = ''] = /^(\S+) (.*) HTTP\/1\.1$/.exec(lines[0]!) ?? []
  const headers: Record<string, string> = {}
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1)
    headers[name] = name in headers ? `${headers[name]},${value}` : value
  }
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  const query = mark < 0 ? '' : url.slice(mark + 1)
  return { method, path, query, headers, body: Buffer.from(body) }
}

for (const name of cases) {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}`, folder), 'utf8')
  const context = JSON.parse(read('context.json'))
  const keys = new SigningKeys(context.credentials.secret_access_key)
  for (const form of ['header', 'query'] as const) {
    test(`sigv4 vector ${name}, ${form} form`, () => {
      const request = parse(read(`${form}-signed-request.txt`))
      const claim = claimedSignature(request)!
      assert.equal(claim.form, form)
      assert.equal(claim.signature, read(`${form}-signature.txt`).trim())
      const payload = payloadHashOf(request.body as Uint8Array)
      checkFreshness(claim, Date.parse(context.timestamp))
      verifySignature(claim, request, keys, payload, context.normalize)
      const forged = {
        ...claim,
        signature: claim.signature.replace(/^./, (c) => (c === '0' ? '1' : '0')),
      }
      const refused = (e: unknown) => e instanceof SignatureRefused && e.fault === 'mismatch'
      assert.throws(
        () => verifySignature(forged, request, keys, payload, context.normalize),
        refused,
      )
      const other = { ...request, method: 'DELETE' }
      assert.throws(() => verifySignature(claim, other, keys, payload, context.normalize), refused)
    })
  }
}

test('the signing suite is complete where it is present', {
  skip: cases.length === 0 && 'vectors are not here',
}, () => {
  assert.equal(cases.length, 38)
})
