import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { AccountTakeoverEventActionType } from '@aws-sdk/client-cognito-identity-provider'
import { temporaryFolder } from '../../../test/temporary-folder.ts'
import { type Functions, functionsFor } from '../../../test/trigger-functions.ts'
import { type Cognito, inbox, installCognito, refused } from './pools.test-support.ts'
import { advance, PASSWORD } from './sign-in.test-support.ts'
import { away, device, home, protectedPool } from './threat-protection.test-support.ts'

let cognito: Cognito
let functions: Functions
before(async () => {
  const table = join(temporaryFolder('places'), 'table.csv')
  const lines = [
    'network,country,city,latitude,longitude',
    '198.51.100.0/24,Germany,"Frankfurt, Main",50.11,8.68',
    '203.0.113.0/24,Japan,Tokyo,35.68,139.69',
  ]
  writeFileSync(table, lines.join('\n'))
  cognito = await installCognito('--test-clock', '--ip-table', table)
  functions = await functionsFor(cognito.house)
})
after(async () => {
  await functions.close()
  await cognito.close()
})

const SourceArn = 'arn:aws:ses:us-east-1:123456789012:identity/a@example.com'
const security = refused('NotAuthorizedException', 'Unable to login because of security reasons.')

type Pool = Awaited<ReturnType<typeof protectedPool>>

const answerWith = (
  { UserPoolId }: Pool,
  EventAction: AccountTakeoverEventActionType,
  more: object = {},
) => {
  const action = { EventAction, Notify: true }
  return cognito.idp.setRiskConfiguration({
    UserPoolId,
    AccountTakeoverRiskConfiguration: {
      NotifyConfiguration: { SourceArn, ...more },
      Actions: { LowAction: action, MediumAction: action, HighAction: action },
    },
  })
}

const asFactor = ({ UserPoolId }: Pool) =>
  cognito.idp.setUserPoolMfaConfig({
    UserPoolId,
    MfaConfiguration: 'OPTIONAL',
    SoftwareTokenMfaConfiguration: { Enabled: true },
    EmailMfaConfiguration: { Message: 'Your code is {####}', Subject: 'Code' },
  })

test('a sign-in from where nobody can be by now is blocked, and the first one is not', async () => {
  const pool = await protectedPool(cognito, 'ENFORCED')
  await pool.signIn(home)
  await pool.signIn(home)
  await assert.rejects(pool.signIn(away), security)
  const [event] = await pool.events()
  assert.deepEqual(event!.EventRisk, {
    RiskDecision: 'Block',
    RiskLevel: 'High',
    CompromisedCredentialsDetected: false,
  })
  assert.equal(event!.EventResponse, 'Fail')
  assert.equal(event!.EventContextData!.City, 'Tokyo')
  assert.equal((await pool.events())[1]!.EventContextData!.City, 'Frankfurt, Main')
})

test('watching alone blocks nobody', async () => {
  const pool = await protectedPool(cognito, 'AUDIT')
  await pool.signIn(home)
  const { AuthenticationResult } = await pool.signIn(away)
  assert.ok(AuthenticationResult)
  assert.equal((await pool.events())[0]!.EventRisk!.RiskLevel, 'High')
})

test('another device or another network by itself is no risk; both are a low one', async () => {
  const pool = await protectedPool(cognito, 'AUDIT')
  const level = async (from: typeof home) => {
    await pool.signIn(from)
    return (await pool.events())[0]!.EventRisk!.RiskLevel
  }
  await pool.signIn({ IpAddress: '192.0.2.1', EncodedData: device('home') })
  assert.equal(await level({ IpAddress: '192.0.2.200', EncodedData: device('new') }), undefined)
  assert.equal(await level({ IpAddress: '192.0.3.1', EncodedData: device('new') }), undefined)
  assert.equal(await level({ IpAddress: '2001:db8::1', EncodedData: device('third') }), 'Low')
  assert.equal(
    await level({ IpAddress: '2001:db8:0:7::1', EncodedData: device('fourth') }),
    undefined,
  )
})

test('a risk asks for a factor that the user did not choose', async () => {
  const pool = await protectedPool(cognito, 'ENFORCED')
  await asFactor(pool)
  await answerWith(pool, 'MFA_REQUIRED', {
    MfaEmail: { Subject: 'New', TextBody: 'From {city}, {country} on {device-name}.' },
  })
  await pool.signIn(home)
  const step = await pool.signIn(away)
  assert.equal(step.ChallengeName, 'EMAIL_OTP')
  assert.equal((await pool.events())[0]!.EventResponse, 'InProgress')
  await advance(cognito, 2)
  const mails = await inbox(cognito, 'ada@example.com')
  const code = mails.map(({ text }) => /code is (\d+)/.exec(text)?.[1]).findLast(Boolean)!
  const answer = (EMAIL_OTP_CODE: string) =>
    cognito.idp.respondToAuthChallenge({
      ClientId: pool.ClientId,
      ChallengeName: 'EMAIL_OTP',
      Session: step.Session,
      ChallengeResponses: { USERNAME: 'ada', EMAIL_OTP_CODE, SECRET_HASH: pool.hash('ada') },
      UserContextData: away,
    })
  await assert.rejects(answer('00000000'), refused('CodeMismatchException', /Invalid code/))
  assert.equal((await pool.events())[0]!.EventResponse, 'Fail')
  assert.ok((await answer(code)).AuthenticationResult)
  const [event, ...others] = await pool.events()
  assert.equal(others.length, 1)
  assert.equal(event!.EventResponse, 'Pass')
  assert.deepEqual(event!.EventRisk!.RiskDecision, 'AccountTakeover')
  assert.deepEqual(
    event!.ChallengeResponses!.map(({ ChallengeName }) => ChallengeName),
    ['Password', 'Mfa'],
  )
  assert.ok(mails.some(({ text }) => text === 'From Tokyo, Japan on Chrome 126, Windows.'))
})

test('who has no factor is blocked where one is required, and passes where it is not', async () => {
  const pool = await protectedPool(cognito, 'ENFORCED')
  await answerWith(pool, 'MFA_REQUIRED')
  await pool.signIn(home)
  await assert.rejects(pool.signIn(away), security)
  await answerWith(pool, 'MFA_IF_CONFIGURED')
  assert.ok((await pool.signIn(away)).AuthenticationResult)
})

test('a mail lets the user say whether it was him, and that counts', async () => {
  const { idp, house } = cognito
  const pool = await protectedPool(cognito, 'ENFORCED')
  const TextBody = '{username} {ip-address} {event-id} {feedback-token} {one-click-link-valid}'
  await answerWith(pool, 'BLOCK', { BlockEmail: { Subject: 'Blocked {username}', TextBody } })
  await pool.signIn(home)
  await assert.rejects(pool.signIn(away), security)
  await advance(cognito, 2)
  const mail = (await inbox(cognito, 'ada@example.com')).at(-1)!
  assert.equal(mail.subject, 'Blocked ada')
  const [name, ip, EventId, FeedbackToken, link] = mail.text.split(' ')
  assert.deepEqual([name, ip], ['ada', '203.0.113.9'])
  const { UserPoolId } = pool
  const named = { UserPoolId, Username: 'ada', FeedbackToken: FeedbackToken! }
  await assert.rejects(
    idp.updateAuthEventFeedback({ ...named, EventId: 'other', FeedbackValue: 'Valid' }),
    refused('NotAuthorizedException', 'Invalid feedback token.'),
  )
  await idp.updateAuthEventFeedback({ ...named, EventId: EventId!, FeedbackValue: 'Invalid' })
  assert.equal((await pool.events())[0]!.EventFeedback!.FeedbackValue, 'Invalid')
  const { pathname, search } = new URL(link!)
  const url = `${house.url}${pathname}${search}`
  const page = await fetch(url)
  assert.equal(page.status, 200)
  assert.match(await page.text(), /This was me/)
  assert.equal((await pool.events())[0]!.EventFeedback!.FeedbackValue, 'Invalid')
  assert.equal((await fetch(url, { method: 'POST' })).status, 200)
  const { FeedbackValue, Provider } = (await pool.events())[0]!.EventFeedback!
  assert.deepEqual([FeedbackValue, Provider], ['Valid', 'User'])
  // Later, from there again: nobody wonders any more.
  await advance(cognito, 86_400)
  assert.ok((await pool.signIn(away)).AuthenticationResult)
  assert.equal((await fetch(url.replace('token=', 'token=x'))).status, 400)
})

test('addresses are blocked or trusted, whatever the risk', async () => {
  const pool = await protectedPool(cognito, 'ENFORCED')
  const { UserPoolId, ClientId, hash } = pool
  await cognito.idp.setRiskConfiguration({
    UserPoolId,
    AccountTakeoverRiskConfiguration: {
      Actions: { HighAction: { EventAction: 'BLOCK', Notify: false } },
    },
    RiskExceptionConfiguration: {
      BlockedIPRangeList: ['192.0.2.0/24'],
      SkippedIPRangeList: ['203.0.113.9/32'],
    },
  })
  await pool.signIn(home)
  assert.ok((await pool.signIn(away)).AuthenticationResult)
  const blocked = refused('NotAuthorizedException', 'Request not allowed due to security reasons.')
  const there = { IpAddress: '192.0.2.7' }
  await assert.rejects(pool.signIn(there), blocked)
  await assert.rejects(
    cognito.idp.signUp({
      ClientId,
      Username: 'eve',
      Password: PASSWORD,
      SecretHash: hash('eve'),
      UserContextData: there,
    }),
    blocked,
  )
  await assert.rejects(
    pool.signIn({ IpAddress: 'here' }),
    refused('InvalidParameterException', 'Invalid IP address.'),
  )
})

test('a sender of the pool is told of a sign-in at risk', async () => {
  const { KMS } = await import('@aws-sdk/client-kms')
  const { house, idp } = cognito
  const kms = new KMS({ endpoint: house.url, region: 'us-east-1', credentials: house.admin })
  const KMSKeyID = (await kms.createKey({})).KeyMetadata!.Arn!
  kms.destroy()
  const CustomEmailSender = { LambdaArn: functions.arn, LambdaVersion: 'V1_0' } as const
  const pool = await protectedPool(cognito, 'ENFORCED', {
    LambdaConfig: { CustomEmailSender, KMSKeyID },
  })
  await answerWith(pool, 'NO_ACTION')
  await pool.signIn(home)
  const told = functions.next()
  assert.ok((await pool.signIn(away)).AuthenticationResult)
  const event = await told
  assert.equal(event.triggerSource, 'CustomEmailSender_AccountTakeOverNotification')
  assert.equal(event.request.userAttributes.email, 'ada@example.com')
  await idp.deleteUserPool({ UserPoolId: pool.UserPoolId })
})
