import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { KMS } from '@aws-sdk/client-kms'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'
import { advance } from './sign-in.test-support.ts'
import { home, protectedPool } from './threat-protection.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--test-clock')
})
after(() => cognito.close())

const LogGroupArn = 'arn:aws:logs:us-east-1:123456789012:log-group:/aws/vendedlogs/people'

test('log delivery has one destination per source, and levels of its own', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  const errors = {
    EventSource: 'userNotification',
    LogLevel: 'ERROR',
    CloudWatchLogsConfiguration: { LogGroupArn },
  } as const
  for (const [LogConfigurations, code, message] of [
    [[{ ...errors, LogLevel: 'INFO' }], 'InvalidParameterException', /Log level INFO/],
    [[errors, errors], 'InvalidParameterException', /only once/],
    [
      [{ EventSource: 'userNotification', LogLevel: 'ERROR' }],
      'InvalidParameterException',
      /exactly one destination/,
    ],
    [
      [{ ...errors, EventSource: 'userAuthEvents', LogLevel: 'INFO' }],
      'FeatureUnavailableInTierException',
      /ESSENTIALS/,
    ],
    [
      [
        {
          ...errors,
          CloudWatchLogsConfiguration: { LogGroupArn: 'arn:aws:sqs:us-east-1:123456789012:q' },
        },
      ],
      'InvalidParameterException',
      /Invalid ARN/,
    ],
  ] as const)
    await assert.rejects(
      idp.setLogDeliveryConfiguration({ UserPoolId, LogConfigurations: [...LogConfigurations] }),
      refused(code, message),
    )
  await idp.setLogDeliveryConfiguration({ UserPoolId, LogConfigurations: [errors] })
  const told = await idp.getLogDeliveryConfiguration({ UserPoolId })
  assert.deepEqual(told.LogDeliveryConfiguration!.LogConfigurations, [errors])
})

const arnOf = (name: string) => `arn:aws:logs:us-east-1:000000000000:log-group:${name}`

/** A log group, which user pools may write to. */
async function groupFor(logGroupName: string, allowed: boolean) {
  const { url: endpoint, admin: credentials } = cognito.house
  const logs = new CloudWatchLogs({ endpoint, region: 'us-east-1', credentials })
  await logs.createLogGroup({ logGroupName })
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'cognito-idp.amazonaws.com' },
    Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
    Resource: `${arnOf(logGroupName)}:log-stream:*`,
    Condition: { ArnLike: { 'aws:SourceArn': 'arn:aws:cognito-idp:us-east-1:000000000000:*' } },
  }
  if (allowed)
    await logs.putResourcePolicy({
      policyName: logGroupName.replaceAll('/', '-'),
      policyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [statement] }),
    })
  return {
    arn: arnOf(logGroupName),
    async records() {
      await advance(cognito, 2)
      const { events } = await logs.filterLogEvents({ logGroupName })
      return events!.map(({ message }) => JSON.parse(message!))
    },
    close: () => logs.destroy(),
  }
}

test('what users do is delivered to a log group whose account lets user pools write', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId, signIn } = await protectedPool(cognito, 'AUDIT')
  const group = await groupFor('people/events', true)
  const closed = await groupFor('people/closed', false)
  const to = (LogGroupArn: string) =>
    idp.setLogDeliveryConfiguration({
      UserPoolId,
      LogConfigurations: [
        {
          EventSource: 'userAuthEvents',
          LogLevel: 'INFO',
          CloudWatchLogsConfiguration: { LogGroupArn },
        },
      ],
    })
  await to(closed.arn)
  await signIn(home)
  assert.deepEqual(await closed.records(), [])
  await to(group.arn)
  await signIn(home)
  const [record, ...others] = await group.records()
  assert.deepEqual(others, [])
  const { message } = record
  assert.deepEqual(
    [record.eventSource, record.logLevel, record.logSourceId],
    ['USER_ACTIVITY', 'INFO', { userPoolId: UserPoolId }],
  )
  assert.match(record.eventTimestamp, /^\d{13}$/)
  assert.match(message.creationDate, /^\w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4}$/)
  const { eventType, eventResponse, userName, clientId, ipAddress, hasContextData } = message
  assert.deepEqual(
    [eventType, eventResponse, userName, clientId, ipAddress, hasContextData],
    ['SignIn', 'Pass', 'ada', ClientId, '198.51.100.7', 'true'],
  )
  group.close()
  closed.close()
})

test('a message that could not be sent is an error in the log', async () => {
  const { idp } = cognito
  const group = await groupFor('people/errors', true)
  const UserPoolId = await newPool(cognito, {
    AutoVerifiedAttributes: ['email'],
    LambdaConfig: {
      CustomEmailSender: {
        LambdaArn: 'arn:aws:lambda:us-east-1:000000000000:function:nothing',
        LambdaVersion: 'V1_0',
      },
      KMSKeyID: await newKey(),
    },
  })
  const CloudWatchLogsConfiguration = { LogGroupArn: group.arn }
  await idp.setLogDeliveryConfiguration({
    UserPoolId,
    LogConfigurations: [
      { EventSource: 'userNotification', LogLevel: 'ERROR', CloudWatchLogsConfiguration },
    ],
  })
  const { UserPoolClient } = await idp.createUserPoolClient({ UserPoolId, ClientName: 'web' })
  await assert.rejects(
    idp.signUp({
      ClientId: UserPoolClient!.ClientId!,
      Username: 'ada',
      Password: 'Permanent-1',
      UserAttributes: [{ Name: 'email', Value: 'ada@example.com' }],
    }),
    refused('CodeDeliveryFailureException', /could not be delivered/),
  )
  const [record, ...others] = await group.records()
  assert.deepEqual(others, [])
  assert.deepEqual([record.eventSource, record.logLevel], ['USER_NOTIFICATION', 'ERROR'])
  assert.match(record.message.details, /\w/)
  group.close()
})

async function newKey(): Promise<string> {
  const { url: endpoint, admin: credentials } = cognito.house
  const kms = new KMS({ endpoint, region: 'us-east-1', credentials })
  const { KeyMetadata } = await kms.createKey({})
  kms.destroy()
  return KeyMetadata!.Arn!
}

test('a pool signs SAML requests with a certificate of ten years, always the same', async () => {
  const { idp } = cognito
  const UserPoolId = await newPool(cognito)
  const { Certificate } = await idp.getSigningCertificate({ UserPoolId })
  const certificate = new X509Certificate(Buffer.from(Certificate!, 'base64'))
  assert.equal(certificate.subject, `CN=${UserPoolId}`)
  assert.ok(certificate.verify(certificate.publicKey))
  const years = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)
  assert.equal(years, 3_650 * 86_400_000)
  const again = await idp.getSigningCertificate({ UserPoolId })
  assert.equal(again.Certificate, Certificate)
})
