import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
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
  ] as const)
    await assert.rejects(
      idp.setLogDeliveryConfiguration({ UserPoolId, LogConfigurations: [...LogConfigurations] }),
      refused(code, message),
    )
  await idp.setLogDeliveryConfiguration({ UserPoolId, LogConfigurations: [errors] })
  const told = await idp.getLogDeliveryConfiguration({ UserPoolId })
  assert.deepEqual(told.LogDeliveryConfiguration!.LogConfigurations, [errors])
})

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
