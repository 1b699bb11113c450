import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, newPool, refused } from './pools.test-support.ts'
import { protectedPool } from './threat-protection.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito()
})
after(() => cognito.close())

test('a risk configuration is told as it was set, for a pool and for a client', async () => {
  const { idp } = cognito
  const { UserPoolId, ClientId } = await protectedPool(cognito, 'AUDIT')
  const none = await idp.describeRiskConfiguration({ UserPoolId })
  assert.deepEqual(none.RiskConfiguration, { UserPoolId })
  const takeover = {
    NotifyConfiguration: {
      SourceArn: 'arn:aws:ses:us-east-1:123456789012:identity/a@example.com',
      From: 'a@example.com',
      BlockEmail: { Subject: 'Blocked', TextBody: 'We blocked {username}.' },
    },
    Actions: { HighAction: { EventAction: 'BLOCK', Notify: true } },
  } as const
  const { RiskConfiguration } = await idp.setRiskConfiguration({
    UserPoolId,
    AccountTakeoverRiskConfiguration: takeover,
    RiskExceptionConfiguration: { BlockedIPRangeList: ['192.0.2.0/24', '2001:db8::/32'] },
  })
  assert.deepEqual(RiskConfiguration!.AccountTakeoverRiskConfiguration, takeover)
  assert.equal(RiskConfiguration!.CompromisedCredentialsRiskConfiguration, undefined)
  const own = await idp.setRiskConfiguration({
    UserPoolId,
    ClientId,
    CompromisedCredentialsRiskConfiguration: { Actions: { EventAction: 'NO_ACTION' } },
  })
  assert.deepEqual(own.RiskConfiguration!.CompromisedCredentialsRiskConfiguration, {
    EventFilter: ['SIGN_IN', 'PASSWORD_CHANGE', 'SIGN_UP'],
    Actions: { EventAction: 'NO_ACTION' },
  })
  const told = await idp.describeRiskConfiguration({ UserPoolId, ClientId })
  assert.deepEqual(told.RiskConfiguration, own.RiskConfiguration)
  await idp.setRiskConfiguration({ UserPoolId, ClientId })
  const gone = await idp.describeRiskConfiguration({ UserPoolId, ClientId })
  assert.deepEqual(gone.RiskConfiguration, { UserPoolId, ClientId })
  const pool = await idp.describeRiskConfiguration({ UserPoolId })
  assert.deepEqual(pool.RiskConfiguration, RiskConfiguration)
})

test('what cannot be is refused', async () => {
  const { idp } = cognito
  const { UserPoolId } = await protectedPool(cognito, 'AUDIT')
  const HighAction = { EventAction: 'BLOCK', Notify: true } as const
  for (const [settings, message] of [
    [{ RiskExceptionConfiguration: { SkippedIPRangeList: ['192.0.2.1'] } }, /Invalid IP range/],
    [{ RiskExceptionConfiguration: { BlockedIPRangeList: ['300.0.2.0/24'] } }, /Invalid IP range/],
    [
      { AccountTakeoverRiskConfiguration: { Actions: { HighAction } } },
      /NotifyConfiguration is required/,
    ],
    [
      {
        AccountTakeoverRiskConfiguration: {
          Actions: {},
          NotifyConfiguration: {
            SourceArn: 'arn:aws:ses:us-east-1:123456789012:identity/a@example.com',
            MfaEmail: { Subject: 'Nothing' },
          },
        },
      },
      /needs an HtmlBody or a TextBody/,
    ],
  ] as const)
    await assert.rejects(
      idp.setRiskConfiguration({ UserPoolId, ...settings } as never),
      refused('InvalidParameterException', message),
    )
  await assert.rejects(
    idp.setRiskConfiguration({ UserPoolId, ClientId: 'nobody' }),
    refused('ResourceNotFoundException', /nobody/),
  )
  const plain = await newPool(cognito)
  for (const asked of [
    idp.setRiskConfiguration({ UserPoolId: plain }),
    idp.describeRiskConfiguration({ UserPoolId: plain }),
  ])
    await assert.rejects(asked, refused('UserPoolAddOnNotEnabledException', /not enabled/))
})
