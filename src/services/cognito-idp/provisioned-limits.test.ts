import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cognito, installCognito, refused } from './pools.test-support.ts'

let cognito: Cognito
before(async () => {
  cognito = await installCognito('--throttle')
})
after(() => cognito.close())

const LimitDefinition = {
  LimitClass: 'API_CATEGORY',
  Attributes: { Category: 'UserPoolRead' },
} as const

/** How many of so many calls at once were let through. */
async function passed(calls: number): Promise<number> {
  const { idp } = cognito
  const all = Array.from({ length: calls }, () => idp.listUserPools({ MaxResults: 1 }))
  const answers = await Promise.allSettled(all)
  for (const answer of answers)
    if (answer.status === 'rejected')
      refused('TooManyRequestsException', 'Rate exceeded')(answer.reason)
  return answers.filter(({ status }) => status === 'fulfilled').length
}

test('a category of operations has a rate, which can be raised', async () => {
  const { idp } = cognito
  const { Limit } = await idp.getProvisionedLimit({ LimitDefinition })
  assert.deepEqual(Limit, { LimitDefinition, ProvisionedLimitValue: 15, FreeLimitValue: 15 })
  assert.ok((await passed(60)) < 60)
  const raised = await idp.updateProvisionedLimit({ LimitDefinition, RequestedLimitValue: 2_000 })
  assert.equal(raised.Limit!.ProvisionedLimitValue, 2_000)
  assert.equal((await idp.getProvisionedLimit({ LimitDefinition })).Limit!.FreeLimitValue, 15)
  // The bucket fills at the new rate.
  let all = 0
  for (let n = 0; n < 50 && all < 60; n++) all = await passed(60)
  assert.equal(all, 60)
})

test('limits that cannot be are refused', async () => {
  const { idp } = cognito
  await assert.rejects(
    idp.updateProvisionedLimit({ LimitDefinition, RequestedLimitValue: 1 }),
    refused('InvalidParameterException', /below 15/),
  )
  await assert.rejects(
    idp.updateProvisionedLimit({ LimitDefinition, RequestedLimitValue: 1_000_000 }),
    refused('ServiceQuotaExceededException', /over 10000/),
  )
  await assert.rejects(
    idp.getProvisionedLimit({
      LimitDefinition: { LimitClass: 'API_CATEGORY', Attributes: { Category: 'Tea' } },
    }),
    refused('ResourceNotFoundException', /Tea/),
  )
})
