import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { freePort } from '../ports.ts'
import { postgresBinaries, startPostgres } from '../storage/postgres-server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { tlsIdentity } from '../tls-identity.ts'
import { sdkV3 } from './sdk-v3.ts'
import { startServer } from './server.ts'

const ci = process.env.CI === 'true'

test('curl calls over TLS, signed, and policies see it', async () => {
  const folder = temporaryFolder('tls')
  const { cert, key } = tlsIdentity(folder, 'DNS:localhost')
  const port = await freePort()
  const flags = [
    '--store',
    'memory',
    '--tls-port',
    String(port),
    '--tls-cert',
    cert,
    '--tls-key',
    key,
  ]
  const server = await startServer(...flags)
  try {
    // A user who may do everything, but only over TLS.
    const client = sdkV3(server.url)
    const UserName = 'careful'
    const done = async (operation: string, input: object) => {
      const answer = await client.call(
        'iam',
        operation,
        input as Record<string, unknown>,
        server.admin,
      )
      assert.ok(answer.ok, JSON.stringify(answer))
      return answer.output as { AccessKey: { AccessKeyId: string; SecretAccessKey: string } }
    }
    await done('CreateUser', { UserName })
    const { AccessKey } = await done('CreateAccessKey', { UserName })
    const Condition = { Bool: { 'aws:SecureTransport': 'true' } }
    const Statement = { Effect: 'Allow', Action: '*', Resource: '*', Condition }
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
    await done('PutUserPolicy', { UserName, PolicyName: 'tls', PolicyDocument })
    const list = async (url: string) => {
      const args = [
        ...['--silent', '--cacert', cert, '--aws-sigv4', 'aws:amz:us-east-1:iam'],
        ...['--user', `${AccessKey.AccessKeyId}:${AccessKey.SecretAccessKey}`],
        ...['--data', 'Action=ListUsers&Version=2010-05-08', url],
      ]
      return (await promisify(execFile)('curl', args)).stdout
    }
    assert.match(await list(`https://localhost:${port}/`), /<UserName>careful<\/UserName>/)
    assert.match(await list(server.url), /<Code>AccessDenied<\/Code>/)
  } finally {
    assert.equal(await server.stop(), 0)
  }
})

test('workers share a port and a database; one that dies is replaced', async (t) => {
  if (postgresBinaries() === undefined)
    return ci ? assert.fail('CI needs a PostgreSQL server') : t.skip('no PostgreSQL server here')
  const postgres = await startPostgres()
  const server = await startServer('--store', await postgres.newDatabase(), '--workers', '2')
  try {
    const client = sdkV3(server.url)
    const who = () => client.call('sts', 'GetCallerIdentity', {}, server.admin)
    for (let i = 0; i < 10; i++) assert.ok((await who()).ok)
    const children = () =>
      execFileSync('ps', ['-o', 'pid=', '--ppid', String(server.pid)])
        .toString()
        .trim()
        .split(/\s+/)
        .map(Number)
    const before = children()
    assert.equal(before.length, 2)
    process.kill(before[0]!, 'SIGKILL')
    let after = children()
    for (let i = 0; i < 100 && (after.length < 2 || after.includes(before[0]!)); i++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      after = children()
    }
    assert.equal(after.length, 2, 'another worker has started')
    for (let i = 0; i < 10; i++) assert.ok((await who()).ok)
  } finally {
    assert.equal(await server.stop(), 0)
    await postgres.stop()
  }
})
