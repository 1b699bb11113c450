import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { Page, PageContext, PageRequest } from '../../src/kernel/page.ts'
import { type Account, openAccount, policy } from '../account.ts'
import type { Keys } from '../installation.ts'
import { probeService } from '../probe-service.ts'
import { signed } from '../raw-calls.ts'

/** Pages that take raw bodies and signatures of their own. */

const answer = (value: object) => ({ status: 200, headers: {}, body: JSON.stringify(value) })

const page = (
  method: Page['method'],
  path: string,
  handle: (request: PageRequest, ctx: PageContext) => Promise<object>,
  rawBody?: number,
): Page => ({ method, path, rawBody, handle: async (...given) => answer(await handle(...given)) })

let account: Account
let user: Keys
before(async () => {
  const pages = [
    page(
      'PUT',
      '/probe/raw',
      async ({ body, form }) => ({ raw: body.length, form: form.size }),
      100_000,
    ),
    page('POST', '/probe/raw', async ({ body, form }) => ({ raw: body.length, form: form.size })),
    page('GET', '/probe/files/*', async () => ({ any: true })),
    page('GET', '/probe/files/one', async () => ({ one: true })),
    page(
      'POST',
      '/probe/who',
      async (_request, ctx) => {
        const by = await ctx.signer('probe-pages')
        return { who: by?.caller.principal.arn, region: by?.region }
      },
      1_000,
    ),
    page(
      'POST',
      '/probe/send',
      async ({ body }, ctx) => {
        const by = await ctx.signer('probe-pages')
        const input = { QueueUrl: 'q', MessageBody: Buffer.from(body).toString() }
        await ctx.perform('SendMessage', input, by!, { note: 'from a page' })
        return { sent: true }
      },
      1_000,
    ),
  ]
  account = await openAccount({
    services: [
      probeService({
        pages,
        targets: async (text, { account: owner }) => [
          { resource: `arn:aws:sqs:us-east-1:${owner}:${text}`, record: undefined },
        ],
      }),
    ],
  })
  user = await account.user('jo')
  await account.iam('PutUserPolicy', {
    UserName: 'jo',
    PolicyName: 'one',
    PolicyDocument: policy({
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Resource: 'arn:aws:sqs:*:*:good',
    }),
  })
})
after(() => account.close())

const derived = ({ accessKeyId, secretAccessKey }: Keys, service = 'probe-pages'): Keys => ({
  accessKeyId,
  secretAccessKey: createHmac('sha256', secretAccessKey).update(service).digest('base64'),
})

async function ask(method: string, path: string, body?: string, headers = {}) {
  const options = { method, headers, ...(body !== undefined && { body }) }
  const response = await fetch(`${account.house.url}${path}`, options)
  const text = await response.text()
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : {} }
}

async function signedAsk(
  path: string,
  body: string,
  keys: Keys,
  service = 'probe-pages',
  at?: number,
) {
  const { host } = new URL(account.house.url)
  const options = { service, ...(at && { at }) }
  return ask('POST', path, body, signed({ path, body, headers: { host } }, keys, options))
}

test('a page takes its body raw up to its own limit, or reads a form', async () => {
  const form = 'a=1&b=2'
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  assert.deepEqual((await ask('PUT', '/probe/raw', form, type)).json, { raw: 7, form: 0 })
  assert.deepEqual((await ask('POST', '/probe/raw', form, type)).json, { raw: 0, form: 2 })
  assert.deepEqual((await ask('PUT', '/probe/raw', 'x'.repeat(100_000))).json.raw, 100_000)
  for (const length of [100_001, 1_000_000])
    assert.equal((await ask('PUT', '/probe/raw', 'x'.repeat(length))).status, 413)
  assert.equal((await ask('DELETE', '/probe/raw')).status, 405)
})

test('a star takes all that is below, the first page that fits is served', async () => {
  for (const path of ['a', 'a/b/c', ''])
    assert.deepEqual((await ask('GET', `/probe/files/${path}`)).json, { any: true })
  assert.equal((await ask('GET', '/probe/files')).status, 404)
  assert.equal((await ask('GET', '/probe/else')).status, 404)
})

test('who signed is who has the derived secret of the key, and lately', async () => {
  const own = derived(user)
  const told = await signedAsk('/probe/who', 'x', own)
  assert.deepEqual(told.json, {
    who: 'arn:aws:iam::000000000000:user/jo',
    region: 'us-east-1',
  })
  const nobody = async (answered: ReturnType<typeof ask>) =>
    assert.deepEqual((await answered).json, {})
  await nobody(signedAsk('/probe/who', 'x', user))
  await nobody(signedAsk('/probe/who', 'x', derived(user, 'other')))
  await nobody(signedAsk('/probe/who', 'x', { ...own, accessKeyId: 'AKIAAAAAAAAAAAAAAAAA' }))
  await nobody(signedAsk('/probe/who', 'x', own, 'probe-pages', Date.now() - 301_000))
  await nobody(ask('POST', '/probe/who', 'x'))
  await nobody(ask('POST', '/probe/who', 'x', { authorization: 'Basic x' }))
  // Its body is part of what is signed.
  const { host } = new URL(account.house.url)
  const headers = signed({ path: '/probe/who', body: 'x', headers: { host } }, own, {
    service: 'probe-pages',
  })
  await nobody(ask('POST', '/probe/who', 'y', headers))
  // What is signed for a service of AWS's is a call, no page.
  const call = await signedAsk('/probe/who', 'x', user, 'sqs')
  assert.notEqual(call.status, 200)
  assert.doesNotMatch(call.text, /arn:aws:iam/)
})

test('what is done for a signer is decided and recorded', async () => {
  const own = derived(user)
  assert.deepEqual((await signedAsk('/probe/send', 'good', own)).json, { sent: true })
  const refused = await signedAsk('/probe/send', 'bad', own)
  assert.notEqual(refused.status, 200)
  assert.match(refused.text, /not authorized to perform: sqs:SendMessage/i)
  const { records } = await account.house.app.house.ports.events.lookup({
    account: '000000000000',
    region: 'us-east-1',
    from: 0,
    to: 8e15,
    limit: 2,
    filter: { key: 'EventName', value: 'SendMessage' },
  })
  const [last, first] = records.map((text) => JSON.parse(text))
  assert.equal(first.errorCode, undefined)
  assert.ok(last.errorCode)
  for (const { userIdentity, additionalEventData } of [first, last]) {
    assert.equal(userIdentity.userName, 'jo')
    assert.deepEqual(additionalEventData, { note: 'from a page' })
  }
})
