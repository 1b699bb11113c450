import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { encodeAuthorizationMessage } from './identity.ts'

let account: Account
before(async () => {
  account = await openAccount('--test-clock')
})
after(() => account.close())

test('everybody may ask who they are, whatever policies say', async () => {
  const keys = await account.user('denied')
  const PolicyDocument =
    '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'
  await account.iam('PutUserPolicy', { UserName: 'denied', PolicyName: 'none', PolicyDocument })
  const who = await account.sts('GetCallerIdentity', {}, keys)
  const { User } = await account.iam('GetUser', { UserName: 'denied' })
  assert.deepEqual([who.UserId, who.Account, who.Arn], [User.UserId, '000000000000', User.Arn])
  const root = await account.sts('GetCallerIdentity')
  assert.deepEqual([root.UserId, root.Arn], ['000000000000', 'arn:aws:iam::000000000000:root'])
})

test('the account of a key id, of ours and of any form of AWS', async () => {
  const { accessKeyId } = await account.user('keyed')
  for (const AccessKeyId of [accessKeyId, account.house.admin.accessKeyId])
    assert.equal((await account.sts('GetAccessKeyInfo', { AccessKeyId })).Account, '000000000000')
  for (const AccessKeyId of ['AKIA', 'AKIA-not-of-this-form'])
    await account.refuses(['sts', 'GetAccessKeyInfo', { AccessKeyId }], 'ValidationError', 400, /./)
})

test('an authorization message: decoded by whom it was made for, for a day', async () => {
  const { house } = account.house.app
  const message = { allowed: false, explicitDeny: true, matchedStatements: { items: [] } }
  const now = () => new Date(house.clock.now())
  const encode = (of: string) =>
    encodeAuthorizationMessage(message, of, { ports: house.ports, now })
  const decode = (EncodedMessage: string) =>
    account.sts('DecodeAuthorizationMessage', { EncodedMessage })
  const ours = await encode('000000000000')
  assert.deepEqual(JSON.parse((await decode(ours)).DecodedMessage), message)
  const invalid = (EncodedMessage: string) =>
    account.refuses(
      ['sts', 'DecodeAuthorizationMessage', { EncodedMessage }],
      'InvalidAuthorizationMessageException',
      400,
      /^Message is not valid/,
    )
  await invalid(await encode('111111111111'))
  await invalid(`${ours.slice(0, -2)}AA`)
  await invalid('nonsense')
  await house.advanceClock!(86_401)
  await invalid(ours)
})
