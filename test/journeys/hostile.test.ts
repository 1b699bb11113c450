import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { service as iam } from '../../src/services/iam/service.ts'
import { service as sts } from '../../src/services/sts/service.ts'
import { attack } from '../clients/malformed.ts'
import { type Installation, install } from '../installation.ts'
import { ask, call, queryForm, signed } from '../raw-calls.ts'
import { runs } from '../runs.ts'

/** Whatever comes in at the door: an error of AWS's, never one of our own. */

let house: Installation
let port: number
before(async () => {
  house = await install()
  port = Number(new URL(house.url).port)
})
after(() => house.close())

const operations = {
  iam: Object.keys(iam.operations),
  sts: Object.keys(sts.operations),
}

test('malformed requests by the hundred: no fault, no hang, and the house still stands', async () => {
  const count = runs(2_000)
  const { statuses, faults, sent } = await attack({
    ...operations,
    port,
    keys: house.admin,
    count,
    seed: 20_261_120,
  })
  assert.deepEqual(faults, [])
  assert.equal(sent, count)
  for (const status of [200, 400, 403, 404, 431])
    assert.ok((statuses.get(status) ?? 0) > 0, `no request was answered ${status}`)
  assert.equal((await call(house.app.house, house.admin, 'iam', 'ListUsers', {})).status, 200)
  assert.equal(({} as { polluted?: boolean }).polluted, undefined)
})

test('a body that is too large is refused before it is read', async () => {
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'CloudTrail_20131101.LookupEvents',
  }
  const body = 'x'.repeat(7 * 1024 * 1024)
  const response = await fetch(house.url, { method: 'POST', headers, body })
  assert.equal(response.status, 413)
  assert.match(await response.text(), /RequestEntityTooLarge/)
})

test('a large body is held to its signature like a small one', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const large = `${queryForm('ListUsers', '2010-05-08', {})}&Pad=${'x'.repeat(200_000)}`
  const send = (body: string, more: Record<string, string> = {}) => {
    const { host: _host, ...sent } = signed(
      { headers: { host: new URL(house.url).host, ...headers, ...more }, body: large },
      house.admin,
      { service: 'iam' },
    )
    return fetch(house.url, { method: 'POST', headers: sent, body })
  }
  assert.equal((await send(large)).status, 200)
  const other = large.replace('ListUsers', 'ListRoles')
  assert.equal((await send(other)).status, 403)
  // Only S3 takes a header's word for the body.
  assert.equal((await send(other, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })).status, 403)
})

test('an access key id of any length is only an unknown key', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = queryForm('ListUsers', '2010-05-08', {})
  for (const accessKeyId of ['x', '__proto__', 'k'.repeat(5_000)]) {
    const keys = { ...house.admin, accessKeyId }
    const answer = await ask(house.app.house, {
      headers: signed({ headers, body }, keys, { service: 'iam' }),
      body,
    })
    assert.deepEqual([answer.status, answer.code], [403, 'InvalidClientTokenId'])
  }
})
