import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import {
  AddUserToGroupCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreatePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DetachUserPolicyCommand,
  GetUserCommand,
  ListUsersCommand,
  PutGroupPolicyCommand,
  PutRolePolicyCommand,
  PutUserPermissionsBoundaryCommand,
  TagUserCommand,
} from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts'
import { type Installation, install, type Keys } from '../installation.ts'

/** An administrator makes a principal and a policy; from then on it may do what the policy says. */

let house: Installation
before(async () => {
  house = await install('--test-clock')
})
after(() => house.close())

const policy = (...statements: object[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements })
const allow = (
  Action: string | string[],
  Resource: string | string[] = '*',
  more: object = {},
) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})

async function user(name: string): Promise<Keys> {
  const { iam } = house.as()
  await iam.send(new CreateUserCommand({ UserName: name }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: name }))
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
}

const named = (name: string, text?: RegExp) => (error: Error) => {
  assert.equal(error.name, name, error.message)
  if (text !== undefined) assert.match(error.message, text)
  return true
}

test('a user may do exactly what the policy says, from the next request on', async () => {
  const admin = house.as()
  const alice = house.as(await user('alice'))
  const who = await alice.sts.send(new GetCallerIdentityCommand({}))
  assert.equal(who.Arn, 'arn:aws:iam::000000000000:user/alice')

  const get = () => alice.iam.send(new GetUserCommand({ UserName: 'alice' }))
  await assert.rejects(
    get,
    named('AccessDenied', /because no identity-based policy allows the iam:GetUser action$/),
  )

  const PolicyDocument = policy(allow('iam:GetUser', 'arn:aws:iam::*:user/${aws:username}'))
  const made = await admin.iam.send(new CreatePolicyCommand({ PolicyName: 'self', PolicyDocument }))
  const PolicyArn = made.Policy!.Arn!
  await admin.iam.send(new AttachUserPolicyCommand({ UserName: 'alice', PolicyArn }))
  assert.equal((await get()).User!.UserName, 'alice')
  await user('neighbour')
  await assert.rejects(
    alice.iam.send(new GetUserCommand({ UserName: 'neighbour' })),
    named('AccessDenied', /on resource: user neighbour because/),
  )

  await admin.iam.send(
    new CreatePolicyVersionCommand({
      PolicyArn,
      SetAsDefault: true,
      PolicyDocument: policy(allow('iam:*'), {
        Effect: 'Deny',
        Action: 'iam:GetUser',
        Resource: '*',
      }),
    }),
  )
  await assert.rejects(
    get,
    named(
      'AccessDenied',
      /with an explicit deny in an identity-based policy: arn:aws:iam::000000000000:policy\/self$/,
    ),
  )
  await admin.iam.send(new DetachUserPolicyCommand({ UserName: 'alice', PolicyArn }))
  await assert.rejects(alice.iam.send(new ListUsersCommand({})), named('AccessDenied'))
})

test('groups give, boundaries take', async () => {
  const admin = house.as()
  const bob = house.as(await user('bob'))
  await admin.iam.send(new CreateGroupCommand({ GroupName: 'readers' }))
  const PolicyDocument = policy(allow(['iam:List*', 'iam:Get*']))
  await admin.iam.send(
    new PutGroupPolicyCommand({ GroupName: 'readers', PolicyName: 'read', PolicyDocument }),
  )
  await admin.iam.send(new AddUserToGroupCommand({ GroupName: 'readers', UserName: 'bob' }))
  await bob.iam.send(new ListUsersCommand({}))

  const boundary = await admin.iam.send(
    new CreatePolicyCommand({ PolicyName: 'edge', PolicyDocument: policy(allow('iam:Get*')) }),
  )
  await admin.iam.send(
    new PutUserPermissionsBoundaryCommand({
      UserName: 'bob',
      PermissionsBoundary: boundary.Policy!.Arn!,
    }),
  )
  await bob.iam.send(new GetUserCommand({ UserName: 'bob' }))
  await assert.rejects(
    bob.iam.send(new ListUsersCommand({})),
    named('AccessDenied', /because no permissions boundary allows the iam:ListUsers action$/),
  )
})

test('tags decide (ABAC)', async () => {
  const admin = house.as()
  const carol = house.as(await user('carol'))
  const Tags = [{ Key: 'team', Value: 'blue' }]
  await admin.iam.send(new TagUserCommand({ UserName: 'carol', Tags }))
  await user('blue-one')
  await admin.iam.send(new TagUserCommand({ UserName: 'blue-one', Tags }))
  await user('red-one')
  await admin.iam.send(new CreateGroupCommand({ GroupName: 'teams' }))
  await admin.iam.send(
    new PutGroupPolicyCommand({
      GroupName: 'teams',
      PolicyName: 'own-team',
      PolicyDocument: policy(
        allow('iam:GetUser', '*', {
          Condition: { StringEquals: { 'iam:ResourceTag/team': '${aws:PrincipalTag/team}' } },
        }),
      ),
    }),
  )
  await admin.iam.send(new AddUserToGroupCommand({ GroupName: 'teams', UserName: 'carol' }))
  await carol.iam.send(new GetUserCommand({ UserName: 'blue-one' }))
  await assert.rejects(
    carol.iam.send(new GetUserCommand({ UserName: 'red-one' })),
    named('AccessDenied'),
  )
})

test('roles: trust, external id, session policy, expiry, revocation, deletion', async () => {
  const admin = house.as()
  const dave = house.as(await user('dave'))
  const RoleArn = 'arn:aws:iam::000000000000:role/app'
  await admin.iam.send(
    new CreateRoleCommand({
      RoleName: 'app',
      AssumeRolePolicyDocument: policy({
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::000000000000:user/dave' },
        Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
        Condition: { StringEquals: { 'sts:ExternalId': 'letmein' } },
      }),
    }),
  )
  await admin.iam.send(
    new PutRolePolicyCommand({
      RoleName: 'app',
      PolicyName: 'p',
      PolicyDocument: policy(allow(['iam:ListUsers', 'iam:GetUser', 'sts:AssumeRole'])),
    }),
  )
  const assume = (more: object = {}) =>
    dave.sts.send(
      new AssumeRoleCommand({
        RoleArn,
        RoleSessionName: 'session',
        ExternalId: 'letmein',
        ...more,
      }),
    )
  await assert.rejects(assume({ ExternalId: 'wrong' }), named('AccessDenied', /role trust policy/))
  await assert.rejects(
    assume({ DurationSeconds: 7_200 }),
    named('ValidationError', /MaxSessionDuration/),
  )

  const keysOf = ({ Credentials: c }: Awaited<ReturnType<typeof assume>>): Keys => ({
    accessKeyId: c!.AccessKeyId!,
    secretAccessKey: c!.SecretAccessKey!,
    sessionToken: c!.SessionToken!,
  })
  const full = await assume({ Tags: [{ Key: 'a', Value: 'b' }], SourceIdentity: 'dave' })
  const session = house.as(keysOf(full))
  const who = await session.sts.send(new GetCallerIdentityCommand({}))
  assert.equal(who.Arn, 'arn:aws:sts::000000000000:assumed-role/app/session')
  await session.iam.send(new ListUsersCommand({}))

  const narrow = house.as(keysOf(await assume({ Policy: policy(allow('iam:GetUser')) })))
  await narrow.iam.send(new GetUserCommand({ UserName: 'dave' }))
  await assert.rejects(
    narrow.iam.send(new ListUsersCommand({})),
    named('AccessDenied', /because no session policy allows the iam:ListUsers action$/),
  )

  const stolen = house.as({ ...keysOf(full), sessionToken: `${keysOf(full).sessionToken}A` })
  await assert.rejects(stolen.iam.send(new ListUsersCommand({})), named('InvalidClientTokenId'))
  const mixed = { ...keysOf(await assume()), sessionToken: keysOf(full).sessionToken! }
  await assert.rejects(
    house.as(mixed).iam.send(new ListUsersCommand({})),
    named('InvalidClientTokenId'),
  )

  // Revocation as AWS does it: deny whatever was issued before now.
  const before = new Date(house.app.house.clock.now() + 1_000).toISOString()
  await admin.iam.send(
    new PutRolePolicyCommand({
      RoleName: 'app',
      PolicyName: 'AWSRevokeOlderSessions',
      PolicyDocument: policy({
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { DateLessThan: { 'aws:TokenIssueTime': before } },
      }),
    }),
  )
  await assert.rejects(
    session.iam.send(new ListUsersCommand({})),
    named('AccessDenied', /explicit deny/),
  )
  await house.app.house.advanceClock!(3)
  const fresh = house.as(keysOf(await assume()))
  await fresh.iam.send(new ListUsersCommand({}))

  await house.app.house.advanceClock!(3_601)
  await assert.rejects(fresh.iam.send(new ListUsersCommand({})), named('ExpiredToken'))
  const last = house.as(keysOf(await assume()))
  await assert.rejects(
    admin.iam.send(new DeleteRoleCommand({ RoleName: 'app' })),
    named('DeleteConflictException'),
  )
  const { DeleteRolePolicyCommand } = await import('@aws-sdk/client-iam')
  for (const PolicyName of ['p', 'AWSRevokeOlderSessions'])
    await admin.iam.send(new DeleteRolePolicyCommand({ RoleName: 'app', PolicyName }))
  await admin.iam.send(new DeleteRoleCommand({ RoleName: 'app' }))
  await assert.rejects(
    last.sts.send(new GetCallerIdentityCommand({})),
    named('InvalidClientTokenId'),
  )
})

test('role chaining lasts an hour at most, and says so', async () => {
  const admin = house.as()
  const erin = house.as(await user('erin'))
  const trust = (AWS: string) =>
    policy({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' })
  const account = 'arn:aws:iam::000000000000'
  const first = trust(`${account}:user/erin`)
  await admin.iam.send(new CreateRoleCommand({ RoleName: 'one', AssumeRolePolicyDocument: first }))
  await admin.iam.send(
    new CreateRoleCommand({
      RoleName: 'two',
      MaxSessionDuration: 43_200,
      AssumeRolePolicyDocument: trust(`${account}:role/one`),
    }),
  )
  const RoleSessionName = 'chained'
  const { Credentials: c } = await erin.sts.send(
    new AssumeRoleCommand({ RoleArn: `${account}:role/one`, RoleSessionName }),
  )
  const one = house.as({
    accessKeyId: c!.AccessKeyId!,
    secretAccessKey: c!.SecretAccessKey!,
    sessionToken: c!.SessionToken!,
  })
  const RoleArn = `${account}:role/two`
  await assert.rejects(
    one.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName, DurationSeconds: 3_601 })),
    named('ValidationError', /1 hour session limit for roles assumed by role chaining/),
  )
  await one.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }))
  await assert.rejects(one.sts.send(new GetSessionTokenCommand({})), named('AccessDenied'))
  await assert.rejects(
    one.sts.send(new AssumeRoleCommand({ RoleArn: `${account}:role/one`, RoleSessionName })),
    named('AccessDenied'),
  )
})

test('GetFederationToken gives what both user and session policy allow', async () => {
  const admin = house.as()
  const frank = house.as(await user('frank'))
  await admin.iam.send(new CreateGroupCommand({ GroupName: 'brokers' }))
  await admin.iam.send(
    new PutGroupPolicyCommand({
      GroupName: 'brokers',
      PolicyName: 'p',
      PolicyDocument: policy(allow(['sts:GetFederationToken', 'cloudtrail:LookupEvents'])),
    }),
  )
  await admin.iam.send(new AddUserToGroupCommand({ GroupName: 'brokers', UserName: 'frank' }))
  const token = async (Policy?: string) => {
    const { Credentials: c, FederatedUser } = await frank.sts.send(
      new GetFederationTokenCommand({ Name: 'visitor', Policy }),
    )
    assert.equal(FederatedUser!.Arn, 'arn:aws:sts::000000000000:federated-user/visitor')
    return house.as({
      accessKeyId: c!.AccessKeyId!,
      secretAccessKey: c!.SecretAccessKey!,
      sessionToken: c!.SessionToken!,
    })
  }
  const lookup = new LookupEventsCommand({ MaxResults: 1 })
  await (await token(policy(allow('cloudtrail:*')))).cloudtrail.send(lookup)
  await assert.rejects((await token()).cloudtrail.send(lookup), named('AccessDeniedException'))
})

test('every call is in the log with its reason, and why explains it', async () => {
  const { cloudtrail, iam } = house.as()
  const gone = house.as(await user('gone'))
  const refused = await gone.iam
    .send(new DeleteUserCommand({ UserName: 'gone' }))
    .catch((error: { $metadata: { requestId: string } }) => error)
  const requestId = (refused as { $metadata: { requestId: string } }).$metadata.requestId
  const { Events = [] } = await cloudtrail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'gone' }],
    }),
  )
  const record = JSON.parse(Events[0]!.CloudTrailEvent!)
  assert.equal(record.requestID, requestId)
  assert.equal(record.errorCode, 'AccessDenied')
  assert.match(record.errorMessage, /no identity-based policy allows the iam:DeleteUser action/)
  assert.deepEqual(record.requestParameters, { userName: 'gone' })
  assert.equal(record.userIdentity.type, 'IAMUser')

  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'gone' }))
  const made = await cloudtrail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'CreateAccessKey' }],
      MaxResults: 1,
    }),
  )
  const text = made.Events![0]!.CloudTrailEvent!
  assert.ok(text.includes(AccessKey!.AccessKeyId!))
  assert.ok(!text.includes(AccessKey!.SecretAccessKey!), 'the secret is not in the log')
})

test('a list is cut into pages that nobody can forge', async () => {
  const { iam } = house.as()
  const all = (await iam.send(new ListUsersCommand({}))).Users!.map(({ UserName }) => UserName)
  const seen: (string | undefined)[] = []
  let Marker: string | undefined
  do {
    const page = await iam.send(new ListUsersCommand({ MaxItems: 2, Marker }))
    seen.push(...page.Users!.map(({ UserName }) => UserName))
    Marker = page.Marker
  } while (Marker !== undefined)
  assert.deepEqual(seen, all)
  await assert.rejects(iam.send(new ListUsersCommand({ Marker: 'AAAA' })), named('ValidationError'))
})
