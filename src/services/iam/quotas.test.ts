import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'

let account: Account
before(async () => {
  account = await openAccount()
})
after(() => account.close())

test('an account has 300 groups at most, and a deleted one makes room', async () => {
  for (let i = 0; i < 300; i++) await account.iam('CreateGroup', { GroupName: `g${i}` })
  const more = ['iam', 'CreateGroup', { GroupName: 'more' }] as const
  const sentence = 'Cannot exceed quota for GroupsPerAccount: 300'
  await account.refuses(more, 'LimitExceeded', 409, sentence)
  await account.iam('DeleteGroup', { GroupName: 'g7' })
  // What fails takes no place.
  await account.refuses(
    ['iam', 'CreateGroup', { GroupName: 'g8' }],
    'EntityAlreadyExists',
    409,
    /g8/,
  )
  await account.iam('CreateGroup', { GroupName: 'more' })
  await account.refuses(['iam', 'CreateGroup', { GroupName: 'g7' }], 'LimitExceeded', 409, sentence)
  const { SummaryMap } = await account.iam('GetAccountSummary')
  assert.deepEqual([SummaryMap.Groups, SummaryMap.GroupsQuota], [300, 300])
})
