import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { type Installation, install } from '../installation.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** The examples work as their README says. */

const examples = fileURLToPath(new URL('../../examples/', import.meta.url))
const cli = '/usr/bin/aws'

let house: Installation
before(async () => {
  house = await install()
})
after(() => house.close())

function run(
  program: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const env = {
    ...process.env,
    AWS_CLI: cli,
    AWS_ENDPOINT_URL: house.url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: house.admin.accessKeyId,
    AWS_SECRET_ACCESS_KEY: house.admin.secretAccessKey,
  }
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: 60_000 }, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, out, err })
    })
  })
}

const skip = existsSync(cli) || process.env.CI !== undefined ? false : 'no AWS CLI here'

test('a file is encrypted with the AWS CLI, and opens under its own name only', {
  skip,
}, async () => {
  const kms = new KMSClient({ endpoint: house.url, region: 'us-east-1', credentials: house.admin })
  const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))
  kms.destroy()
  const file = join(temporaryFolder('example'), 'letter.txt')
  const text = 'Dear Ada,\n'.repeat(1_000)
  writeFileSync(file, text)
  const script = join(examples, 'encrypt-a-file.sh')
  const encrypted = await run('bash', script, 'encrypt', KeyMetadata!.KeyId!, file)
  assert.equal(encrypted.code, 0, encrypted.err)
  assert.ok(!readFileSync(`${file}.enc`).includes('Dear Ada'))
  const decrypted = await run('bash', script, 'decrypt', file)
  assert.equal(decrypted.out, text, decrypted.err)
  const other = file.replace('letter', 'other')
  for (const part of ['enc', 'key'])
    writeFileSync(`${other}.${part}`, readFileSync(`${file}.${part}`))
  const refused = await run('bash', script, 'decrypt', other)
  assert.notEqual(refused.code, 0)
  assert.match(refused.err, /InvalidCiphertextException/)
})

test('a column is sealed a tenant at a time, and a moved value is worth nothing', async () => {
  const { code, out, err } = await run(process.execPath, join(examples, 'encrypted-column.ts'))
  assert.equal(code, 0, err)
  assert.match(
    out,
    /blue 1: ada@example\.com\nred 1: grace@example\.com\nred 1, moved: cannot be opened/,
  )
})

test('a cache of data keys turns a thousand messages into two calls', async () => {
  const { code, out, err } = await run(
    process.execPath,
    join(examples, 'data-key-cache.ts'),
    '1000',
  )
  assert.equal(code, 0, err)
  assert.match(out, /^1000 messages, 2 calls of KMS/)
})
