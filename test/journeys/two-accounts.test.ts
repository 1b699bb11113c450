import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  GetRoleCommand,
  PutUserPolicyCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { type Installation, install, type Keys } from '../installation.ts'

/** Two accounts of one installation: a role is assumed across, and both logs know. */

const blue: Keys = { accessKeyId: '111111111111', secretAccessKey: 'any' }
const red: Keys = { accessKeyId: '222222222222', secretAccessKey: 'any' }
const RoleArn = 'arn:aws:iam::222222222222:role/shared'
const policy = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] })

let house: Installation
let alice: Keys
before(async () => {
  house = await install('--auth', 'open')
  const { iam } = house.as(blue)
  await iam.send(new CreateUserCommand({ UserName: 'alice' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'alice' }))
  alice = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
  await house.as(red).iam.send(
    new CreateRoleCommand({
      RoleName: 'shared',
      AssumeRolePolicyDocument: policy({
        Principal: { AWS: '111111111111' },
        Action: 'sts:AssumeRole',
      }),
    }),
  )
})
after(() => house.close())

const assume = () =>
  house.as(alice).sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'visit' }))

test('both sides must allow', async () => {
  await assert.rejects(assume(), (error: Error) => {
    assert.equal(error.name, 'AccessDenied')
    assert.match(error.message, /no identity-based policy allows the sts:AssumeRole action/)
    return true
  })
  await house.as(blue).iam.send(
    new PutUserPolicyCommand({
      UserName: 'alice',
      PolicyName: 'visit',
      PolicyDocument: policy({ Action: 'sts:AssumeRole', Resource: RoleArn }),
    }),
  )
  const { Credentials: c } = await assume()
  const session = { accessKeyId: c!.AccessKeyId!, secretAccessKey: c!.SecretAccessKey! }
  const visitor = house.as({ ...session, sessionToken: c!.SessionToken! })
  const who = await visitor.sts.send(new GetCallerIdentityCommand({}))
  assert.equal(who.Arn, 'arn:aws:sts::222222222222:assumed-role/shared/visit')
})

test('both accounts have a record of their own, tied together', async () => {
  const recordOf = async (keys: Keys) => {
    const { Events = [] } = await house.as(keys).cloudtrail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRole' }],
        MaxResults: 1,
      }),
    )
    return JSON.parse(Events[0]!.CloudTrailEvent!)
  }
  const theirs = await recordOf(blue)
  const ours = await recordOf(red)
  assert.equal(theirs.userIdentity.userName, 'alice')
  assert.equal(theirs.recipientAccountId, '111111111111')
  assert.equal(ours.userIdentity.type, 'AWSAccount')
  assert.equal(ours.userIdentity.accountId, '111111111111')
  assert.equal(ours.userIdentity.userName, undefined)
  assert.equal(ours.recipientAccountId, '222222222222')
  assert.equal(ours.requestID, theirs.requestID)
  assert.equal(ours.sharedEventID, theirs.sharedEventID)
  assert.notEqual(ours.eventID, theirs.eventID)
  assert.ok(ours.sharedEventID)
})

test('a role trusts a user of the other account by who it is, not by its name', async () => {
  const trusting = (user: string) =>
    new CreateRoleCommand({
      RoleName: 'named',
      AssumeRolePolicyDocument: policy({
        Principal: { AWS: `arn:aws:iam::111111111111:user/${user}` },
        Action: 'sts:AssumeRole',
      }),
    })
  const { iam } = house.as(red)
  await assert.rejects(iam.send(trusting('nobody')), {
    name: 'MalformedPolicyDocumentException',
    message: 'Invalid principal in policy: "AWS":"arn:aws:iam::111111111111:user/nobody"',
  })
  await iam.send(trusting('alice'))
  await house.as(blue).iam.send(
    new PutUserPolicyCommand({
      UserName: 'alice',
      PolicyName: 'named',
      PolicyDocument: policy({ Action: 'sts:AssumeRole', Resource: '*' }),
    }),
  )
  await house.as(blue).iam.send(new UpdateUserCommand({ UserName: 'alice', NewUserName: 'alicia' }))
  const named = 'arn:aws:iam::222222222222:role/named'
  await house
    .as(alice)
    .sts.send(new AssumeRoleCommand({ RoleArn: named, RoleSessionName: 'visit' }))
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'named' }))
  assert.match(decodeURIComponent(Role!.AssumeRolePolicyDocument!), /:user\/alicia"/)
})
