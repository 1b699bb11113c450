import assert from 'node:assert/strict'
import { utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { openAccount } from '../../../test/account.ts'
import { temporaryFolder } from '../../../test/temporary-folder.ts'
import { invoke, lambdaOf, makeFunction, refusedAs, roleFor } from './calls.test-support.ts'

test('a folder of this machine is used as it is now', async (t) => {
  const account = await openAccount('--functions-local')
  t.after(() => account.close())
  const lambda = lambdaOf(() => account)
  const folder = temporaryFolder('code')
  const write = (text: string, seconds: number) => {
    const path = join(folder, 'index.mjs')
    writeFileSync(path, `export const handler = async () => '${text}'`)
    utimesSync(path, seconds, seconds)
  }
  write('before', 1_000_000)
  const Code = { S3Bucket: 'sallyport-folder', S3Key: folder }
  await makeFunction(lambda, await roleFor(account), '', { Code })
  assert.equal((await invoke(lambda)).answer, 'before')
  write('after', 2_000_000)
  assert.equal((await invoke(lambda)).answer, 'after')
})

test('a URL gets events, and answers for the function', async (t) => {
  const account = await openAccount('--functions-local')
  const seen: unknown[] = []
  const server = createServer((incoming, outgoing) => {
    let body = ''
    incoming.on('data', (chunk) => (body += chunk))
    incoming.on('end', () => {
      seen.push([body, incoming.headers['lambda-runtime-invoked-function-arn']])
      outgoing.writeHead(body.includes('fail') ? 500 : 200).end('{"from":"there"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    server.close()
    await account.close()
  })
  const lambda = lambdaOf(() => account)
  const S3Key = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
  const Code = { S3Bucket: 'sallyport-url', S3Key }
  await makeFunction(lambda, await roleFor(account), '', { Code })
  assert.deepEqual((await invoke(lambda, { a: 1 })).answer, { from: 'there' })
  assert.deepEqual(seen, [['{"a":1}', 'arn:aws:lambda:us-east-1:000000000000:function:f']])
  assert.equal((await invoke(lambda, { fail: 1 })).error, 'Unhandled')
})

test('neither is allowed without the flag, and nothing runs when functions are off', async (t) => {
  const account = await openAccount('--functions', 'off')
  t.after(() => account.close())
  const lambda = lambdaOf(() => account)
  const role = await roleFor(account)
  const Code = { S3Bucket: 'sallyport-folder', S3Key: '/etc' }
  await assert.rejects(
    makeFunction(lambda, role, '', { Code }),
    refusedAs('InvalidParameterValueException', /--functions-local/),
  )
  await makeFunction(lambda, role, 'export const handler = async () => 1')
  await assert.rejects(invoke(lambda), /start it with --functions sandbox/)
})
