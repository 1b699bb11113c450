import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { freePort } from '../ports.ts'
import { startServer } from './server.ts'

const python = '/usr/bin/python3'

function hasMailServer(): boolean {
  try {
    execFileSync(python, ['-c', 'import aiosmtpd'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const skip = process.env.CI !== 'true' && !hasMailServer() ? 'no mail server here' : false

let mails = ''
let mailServer: ChildProcess
let gateway: Server
let server: Awaited<ReturnType<typeof startServer>>
let idp: CognitoIdentityProvider
const texts: { signature: unknown; body: string }[] = []
const secret = 'shared with the gateway'

if (!skip) {
  before(async () => {
    const port = await freePort()
    const debugging = ['-c', 'aiosmtpd.handlers.Debugging', 'stdout']
    mailServer = spawn(python, [
      '-u',
      '-m',
      'aiosmtpd',
      '-n',
      '-l',
      `127.0.0.1:${port}`,
      ...debugging,
    ])
    mailServer.stdout!.on('data', (text) => {
      mails += text
    })
    gateway = createServer(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      texts.push({
        signature: request.headers['x-sallyport-signature'],
        body: Buffer.concat(parts).toString(),
      })
      response.statusCode = texts.length > 1 ? 500 : 202
      response.end()
    })
    await new Promise<void>((done) => gateway.listen(0, '127.0.0.1', done))
    process.env.SALLYPORT_SMS_WEBHOOK_SECRET = secret
    server = await startServer(
      '--smtp',
      `smtp://127.0.0.1:${port}`,
      '--mail-from',
      'Sallyport <no-reply@example.org>',
      '--sms-webhook',
      `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/texts`,
    )
    delete process.env.SALLYPORT_SMS_WEBHOOK_SECRET
    const { url: endpoint, admin: credentials } = server
    idp = new CognitoIdentityProvider({
      endpoint,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    })
  })
  after(async () => {
    idp.destroy()
    await server.stop()
    mailServer.kill()
    gateway.close()
  })
}

async function poolThatVerifies(attribute: 'email' | 'phone_number') {
  const { UserPool } = await idp.createUserPool({
    PoolName: 'people',
    AutoVerifiedAttributes: [attribute],
    SmsConfiguration: { SnsCallerArn: 'arn:aws:iam::000000000000:role/texts' },
  })
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId: UserPool!.Id,
    ClientName: 'web',
  })
  return UserPoolClient!.ClientId!
}

const signUp = (ClientId: string, Username: string, Name: string, Value: string) =>
  idp.signUp({
    ClientId,
    Username,
    Password: 'Permanent-1',
    UserAttributes: [{ Name, Value }],
  })

test('a code comes by mail through a mail server', { skip }, async () => {
  const ClientId = await poolThatVerifies('email')
  await signUp(ClientId, 'ada', 'email', 'ada@example.com')
  for (let n = 0; n < 100 && !mails.includes('END MESSAGE'); n++) await pause(50)
  assert.match(mails, /^From: Sallyport <no-reply@example.org>$/m)
  assert.match(mails, /^To: ada@example.com$/m)
  assert.match(mails, /^Subject: Your verification code$/m)
  const ConfirmationCode = /verification code is (\d{6})/.exec(mails)![1]!
  await idp.confirmSignUp({ ClientId, Username: 'ada', ConfirmationCode })
})

test('an address does not become a list of addresses', { skip }, async () => {
  const ClientId = await poolThatVerifies('email')
  mails = ''
  await signUp(ClientId, 'bob', 'email', 'bob@example.com,mallory@example.com').catch(() => {})
  await pause(300)
  assert.doesNotMatch(mails, /mallory@example.com>?$/m)
})

test('a text message goes to the gateway, signed; what it refuses is told', { skip }, async () => {
  const ClientId = await poolThatVerifies('phone_number')
  await signUp(ClientId, 'eve', 'phone_number', '+12065550100')
  const [sent] = texts
  const expected = createHmac('sha256', secret).update(sent!.body).digest('hex')
  assert.equal(sent!.signature, expected)
  const { to, text } = JSON.parse(sent!.body)
  assert.equal(to, '+12065550100')
  const ConfirmationCode = /\d{6}/.exec(text)![0]
  await idp.confirmSignUp({ ClientId, Username: 'eve', ConfirmationCode })
  await assert.rejects(
    signUp(ClientId, 'ivy', 'phone_number', '+12065550101'),
    (error: Error) => error.name === 'CodeDeliveryFailureException',
  )
})
