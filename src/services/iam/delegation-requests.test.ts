import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  CreateAccountCommand,
  CreateOrganizationCommand,
  DescribeCreateAccountStatusCommand,
} from '@aws-sdk/client-organizations'
import { type Account, allow, keysOf, openAccount, policy } from '../../../test/account.ts'
import type { Keys } from '../../../test/installation.ts'

let account: Account
/** Another account, whose product asks for access. */
let product: Keys
let productAccount: string
let PolicyTemplateArn: string
const NotificationChannel = 'arn:aws:sns:us-east-1:111122223333:partner'
const advance = (seconds: number) =>
  account.house.ask('POST', 'clock', { body: { advanceSeconds: seconds } })

before(async () => {
  account = await openAccount('--test-clock')
  const { organizations } = account.house.as()
  await organizations.send(new CreateOrganizationCommand({}))
  const { CreateAccountStatus } = await organizations.send(
    new CreateAccountCommand({ AccountName: 'p', Email: 'p@example.com' }),
  )
  let state = CreateAccountStatus!
  while (state.State !== 'SUCCEEDED') {
    await advance(5)
    const CreateAccountRequestId = state.Id
    const answer = await organizations.send(
      new DescribeCreateAccountStatusCommand({ CreateAccountRequestId }),
    )
    state = answer.CreateAccountStatus!
  }
  productAccount = state.AccountId!
  const opener = await account.user('opener', 'sts:AssumeRole')
  const RoleArn = `arn:aws:iam::${productAccount}:role/OrganizationAccountAccessRole`
  const role = keysOf(
    await account.sts('AssumeRole', { RoleArn, RoleSessionName: 'product' }, opener),
  )
  await account.iam('CreateUser', { UserName: 'product' }, role)
  await account.iam(
    'AttachUserPolicy',
    { UserName: 'product', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    role,
  )
  const { AccessKey } = await account.iam('CreateAccessKey', { UserName: 'product' }, role)
  product = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey }
  const PolicyDocument = policy(allow(['iam:ListUsers', 'iam:GetUser']), {
    ...allow('s3:GetObject', 'arn:aws:s3:::@{bucket}/*'),
  })
  const { Policy } = await account.iam('CreatePolicy', { PolicyName: 't', PolicyDocument }, product)
  PolicyTemplateArn = Policy.Arn
})
after(() => account.close())

let workflows = 0
const bucket = [{ Name: 'bucket', Type: 'string', Values: ['data'] }]
const wish = (more: object = {}) => ({
  OwnerAccountId: '000000000000',
  Description: 'Sets things up.',
  Permissions: { PolicyTemplateArn, Parameters: bucket },
  RequestorWorkflowId: `workflow-${workflows++}`,
  NotificationChannel,
  SessionDuration: 7_200,
  ...more,
})
const create = async (more: object = {}): Promise<string> =>
  (await account.iam('CreateDelegationRequest', wish(more), product)).DelegationRequestId
const on = (operation: string, DelegationRequestId: string, keys?: Keys, more: object = {}) =>
  account.iam(operation, { DelegationRequestId, ...more }, keys)
const stateOf = async (id: string): Promise<string> =>
  (await on('GetDelegationRequest', id)).DelegationRequest.State

async function told(): Promise<{ Type: string; State: string; ExchangeToken?: string }[]> {
  const { json } = await account.house.ask('GET', `inbox?to=${NotificationChannel}`)
  const messages = Array.isArray(json) ? json : json.messages
  return messages.map(({ text }: { text: string }) => JSON.parse(text))
}

test('a request is taken, forwarded, accepted and sent; its token lends what was approved', async () => {
  const id = await create()
  const owner = await account.user('owner', 'iam:AssociateDelegationRequest')
  await on('AssociateDelegationRequest', id, owner)
  // Its owner may look at it and forward it, but cannot accept it without being allowed.
  const { DelegationRequest } = await on('GetDelegationRequest', id, owner)
  assert.deepEqual(
    [DelegationRequest.State, DelegationRequest.OwnerId, DelegationRequest.RequestorId],
    ['ASSIGNED', 'arn:aws:iam::000000000000:user/owner', productAccount],
  )
  assert.match(DelegationRequest.PermissionPolicy, /arn:aws:s3:::data\/\*/)
  await on('UpdateDelegationRequest', id, owner, { Notes: 'please' })
  await account.refuses(
    ['iam', 'AcceptDelegationRequest', { DelegationRequestId: id }, owner],
    'AccessDenied',
    403,
    /iam:AcceptDelegationRequest/,
  )
  const boss = await account.user('boss', 'iam:*')
  await on('AcceptDelegationRequest', id, boss)
  await on('SendDelegationToken', id, owner)
  assert.equal(await stateOf(id), 'FINALIZED')
  const messages = await told()
  assert.deepEqual(
    messages.map(({ Type, State }) => `${Type} ${State}`),
    [
      'StateChange ASSIGNED',
      'StateChange PENDING_APPROVAL',
      'StateChange ACCEPTED',
      'StateChange FINALIZED',
      'ExchangeToken FINALIZED',
    ],
  )
  const TradeInToken = messages.at(-1)!.ExchangeToken!
  await account.refuses(
    ['sts', 'GetDelegatedAccessToken', { TradeInToken }],
    'ValidationError',
    400,
    /trade-in token/,
  )
  await advance(3_600)
  const lent = await account.sts('GetDelegatedAccessToken', { TradeInToken }, product)
  assert.equal(lent.AssumedPrincipal, 'arn:aws:iam::000000000000:user/boss')
  const left = lent.Credentials.Expiration.getTime() - account.house.app.house.clock.now()
  assert.ok(left <= 3_600_000 && left > 3_590_000, 'it ends when the first one would have ended')
  const session = keysOf(lent)
  await account.iam('ListUsers', {}, session)
  await account.refuses(['iam', 'ListRoles', {}, session], 'AccessDenied', 403, /session policy/)
  await advance(3_601)
  await account.refuses(
    ['sts', 'GetDelegatedAccessToken', { TradeInToken }, product],
    'ExpiredTradeInTokenException',
    400,
    /expired/,
  )
})

test('what the approver may not do, the product may not', async () => {
  const id = await create()
  const modest = await account.user(
    'modest',
    'iam:AssociateDelegationRequest',
    'iam:AcceptDelegationRequest',
    'iam:GetUser',
  )
  await on('AssociateDelegationRequest', id, modest)
  const check = { DelegationPermissionCheck: true }
  const seen = await on('GetDelegationRequest', id, modest, check)
  assert.deepEqual([seen.PermissionCheckStatus, seen.PermissionCheckResult], ['COMPLETE', 'DENIED'])
  const boss = await on('GetDelegationRequest', id, undefined, check)
  assert.equal(boss.PermissionCheckResult, 'ALLOWED')
  await on('AcceptDelegationRequest', id, modest)
  await on('SendDelegationToken', id, modest)
  const TradeInToken = (await told()).at(-1)!.ExchangeToken!
  const lent = keysOf(await account.sts('GetDelegatedAccessToken', { TradeInToken }, product))
  await account.iam('GetUser', { UserName: 'modest' }, lent)
  await account.refuses(['iam', 'ListUsers', {}, lent], 'AccessDenied', 403, /identity-based/)
})

test('states follow one another, and time runs out', async () => {
  const id = await create({ OwnerAccountId: undefined, SessionDuration: 43_200 })
  const wrong = (operation: string, sentence: RegExp) =>
    account.refuses(['iam', operation, { DelegationRequestId: id }], 'InvalidInput', 400, sentence)
  await wrong('AcceptDelegationRequest', /UNASSIGNED/)
  await on('AssociateDelegationRequest', id)
  await wrong('AssociateDelegationRequest', /ASSIGNED/)
  await wrong('AcceptDelegationRequest', /4 hours/)
  await wrong('SendDelegationToken', /ASSIGNED/)
  await on('RejectDelegationRequest', id, undefined, { Notes: 'no' })
  const { DelegationRequest } = await on('GetDelegationRequest', id)
  assert.deepEqual([DelegationRequest.State, DelegationRequest.RejectionReason], ['REJECTED', 'no'])
  await wrong('UpdateDelegationRequest', /REJECTED/)

  const late = await create()
  await advance(86_401)
  assert.equal(await stateOf(late), 'EXPIRED')
  assert.equal((await told()).at(-1)!.State, 'EXPIRED')
  await advance(91 * 86_400)
  await account.refuses(
    ['iam', 'GetDelegationRequest', { DelegationRequestId: late }],
    'NoSuchEntity',
    404,
    /cannot be found/,
  )
})

test('a request for somebody else does not exist, and one that must be sent by its owner is', async () => {
  const id = await create({ OwnerAccountId: productAccount })
  await account.refuses(
    ['iam', 'AssociateDelegationRequest', { DelegationRequestId: id }],
    'NoSuchEntity',
    404,
    `Delegation request ${id} cannot be found.`,
  )
  const own = await create({ OnlySendByOwner: true })
  const taker = await account.user('taker', 'iam:AssociateDelegationRequest')
  await on('AssociateDelegationRequest', own, taker)
  await on('AcceptDelegationRequest', own)
  await account.refuses(
    ['iam', 'SendDelegationToken', { DelegationRequestId: own }],
    'InvalidInput',
    400,
    /owner/,
  )
  await on('SendDelegationToken', own, taker)
  const OwnerId = 'arn:aws:iam::000000000000:user/taker'
  const { DelegationRequests, isTruncated } = await account.iam(
    'ListDelegationRequests',
    { OwnerId },
    taker,
  )
  assert.deepEqual(
    [DelegationRequests.length, DelegationRequests[0].DelegationRequestId, isTruncated],
    [1, own, false],
  )
  await account.refuses(
    ['iam', 'ListDelegationRequests', {}, taker],
    'AccessDenied',
    403,
    /iam:ListDelegationRequests/,
  )
})

test('templates must exist and be filled, and a workflow has one request', async () => {
  const refused = (more: object, code: string, status: number, sentence: RegExp) =>
    account.refuses(['iam', 'CreateDelegationRequest', wish(more), product], code, status, sentence)
  const none = 'arn:aws:iam::aws:policy/NoSuchPolicy'
  const Permissions = { PolicyTemplateArn: none }
  await refused({ Permissions }, 'InvalidInput', 400, /NoSuchPolicy/)
  const foreign = { PolicyTemplateArn: 'arn:aws:iam::000000000000:policy/t' }
  await refused({ Permissions: foreign }, 'InvalidInput', 400, /does not exist/)
  await refused({ Permissions: { PolicyTemplateArn } }, 'InvalidInput', 400, /bucket/)
  const more = [...bucket, { Name: 'further', Type: 'string', Values: ['x'] }]
  await refused(
    { Permissions: { PolicyTemplateArn, Parameters: more } },
    'InvalidInput',
    400,
    /further/,
  )
  await refused({ SessionDuration: 60 }, 'ValidationError', 400, /sessionDuration/)
  const RequestorWorkflowId = 'the-same-workflow'
  await create({ RequestorWorkflowId })
  await refused({ RequestorWorkflowId }, 'EntityAlreadyExists', 409, /the-same-workflow/)
})

test('a summary says in plain words what is asked for', async () => {
  const id = await create()
  const EntityArn = `arn:aws:iam::000000000000:delegation-request/${id}`
  const summary = await account.iam('GetHumanReadableSummary', { EntityArn })
  assert.equal(summary.SummaryState, 'AVAILABLE')
  assert.equal(
    summary.SummaryContent,
    `Account ${productAccount} asks for access for 2 h: Sets things up.\nIt asks for 2 actions of AWS Identity and Access Management and one action of Amazon S3.`,
  )
  const german = await account.iam('GetHumanReadableSummary', { EntityArn, Locale: 'de' })
  assert.deepEqual([german.SummaryState, german.SummaryContent], ['NOT_SUPPORTED', undefined])
})
