import assert from 'node:assert/strict'
import type { Answer, Client, Keys } from './client.ts'
import type { Server } from './server.ts'

const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })
const allow = (Action: string | string[], Resource = '*') => ({ Effect: 'Allow', Action, Resource })

/**
 * The story that every client tells: an administrator makes principals and policies, they are obeyed
 * to the letter, and the log knows why.
 */
export async function tellStory(client: Client, server: Server): Promise<void> {
  const { admin } = server
  const done = async (
    service: Parameters<Client['call']>[0],
    operation: string,
    input: Record<string, unknown>,
    keys: Keys = admin,
  ) => {
    const answer = await client.call(service, operation, input, keys)
    assert.ok(answer.ok, `${operation}: ${JSON.stringify(answer)}`)
    return answer.output as Record<string, never>
  }
  const refused = (answer: Answer, code: string, message: RegExp) => {
    assert.ok(!answer.ok, `expected ${code}: ${JSON.stringify(answer)}`)
    assert.equal(answer.code, code, answer.message)
    assert.match(answer.message, message)
  }

  // A user, a group, a managed and an inline policy.
  await done('iam', 'CreateUser', { UserName: 'alice', Tags: [{ Key: 'team', Value: 'blue' }] })
  const { AccessKey } = (await done('iam', 'CreateAccessKey', { UserName: 'alice' })) as never as {
    AccessKey: { AccessKeyId: string; SecretAccessKey: string }
  }
  const alice = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey }
  const who = await done('sts', 'GetCallerIdentity', {}, alice)
  assert.equal(who.Arn, 'arn:aws:iam::000000000000:user/alice')
  const getAlice = () => client.call('iam', 'GetUser', { UserName: 'alice' }, alice)
  refused(
    await getAlice(),
    'AccessDenied',
    /no identity-based policy allows the iam:GetUser action/,
  )

  const made = await done('iam', 'CreatePolicy', {
    PolicyName: 'readers',
    PolicyDocument: document(allow(['iam:GetUser', 'iam:ListUsers'])),
  })
  const PolicyArn = (made.Policy as never as { Arn: string }).Arn
  await done('iam', 'CreateGroup', { GroupName: 'staff' })
  await done('iam', 'AttachGroupPolicy', { GroupName: 'staff', PolicyArn })
  await done('iam', 'AddUserToGroup', { GroupName: 'staff', UserName: 'alice' })
  assert.ok((await getAlice()).ok)

  // An explicit deny wins; without it the group counts again.
  const UserName = 'alice'
  const PolicyDocument = document({ Effect: 'Deny', Action: 'iam:GetUser', Resource: '*' })
  await done('iam', 'PutUserPolicy', { UserName, PolicyName: 'no', PolicyDocument })
  refused(await getAlice(), 'AccessDenied', /with an explicit deny in an identity-based policy/)
  await done('iam', 'DeleteUserPolicy', { UserName, PolicyName: 'no' })
  assert.ok((await getAlice()).ok)

  // A boundary limits what the group gives.
  const edge = await done('iam', 'CreatePolicy', {
    PolicyName: 'edge',
    PolicyDocument: document(allow(['iam:GetUser', 'sts:*'])),
  })
  const PermissionsBoundary = (edge.Policy as never as { Arn: string }).Arn
  await done('iam', 'PutUserPermissionsBoundary', { UserName, PermissionsBoundary })
  const listed = await client.call('iam', 'ListUsers', {}, alice)
  refused(listed, 'AccessDenied', /no permissions boundary allows the iam:ListUsers action/)

  // A role that trusts her, with a session policy that narrows it.
  await done('iam', 'CreateRole', {
    RoleName: 'app',
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::000000000000:user/alice' },
      Action: 'sts:AssumeRole',
    }),
  })
  await done('iam', 'PutRolePolicy', {
    RoleName: 'app',
    PolicyName: 'p',
    PolicyDocument: document(allow(['iam:ListUsers', 'iam:ListRoles'])),
  })
  const { Credentials } = (await done(
    'sts',
    'AssumeRole',
    {
      RoleArn: 'arn:aws:iam::000000000000:role/app',
      RoleSessionName: 'story',
      DurationSeconds: 900,
      Policy: document(allow('iam:ListUsers')),
    },
    alice,
  )) as never as {
    Credentials: { AccessKeyId: string; SecretAccessKey: string; SessionToken: string }
  }
  const session: Keys = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
  }
  await done('iam', 'ListUsers', {}, session)
  const roles = await client.call('iam', 'ListRoles', {}, session)
  refused(roles, 'AccessDenied', /no session policy allows the iam:ListRoles action/)

  // A wrong secret, an unknown key, an expired token.
  const wrong = { ...alice, secretAccessKey: 'x'.repeat(40) }
  refused(
    await client.call('iam', 'GetUser', {}, wrong),
    'SignatureDoesNotMatch',
    /The request signature we calculated does not match/,
  )
  const unknown = { ...alice, accessKeyId: 'AKIAQAAAAAAAAAAAAAAA' }
  refused(
    await client.call('cloudtrail', 'LookupEvents', {}, unknown),
    'UnrecognizedClientException',
    /The security token included in the request is invalid/,
  )
  const moved = await server.sallyport('clock', '+901s')
  assert.equal(moved.code, 0, moved.err)
  refused(
    await client.call('iam', 'ListUsers', {}, session),
    'ExpiredToken',
    /The security token included in the request is expired/,
  )

  // Everything is in the log, and explains itself.
  const history = (await done('cloudtrail', 'LookupEvents', {
    LookupAttributes: [{ AttributeKey: 'Username', AttributeValue: 'alice' }],
  })) as never as { Events: { EventName: string; CloudTrailEvent: string }[] }
  const denied = history.Events.map(({ CloudTrailEvent }) => JSON.parse(CloudTrailEvent)).find(
    (record) => record.eventName === 'ListUsers' && record.errorCode === 'AccessDenied',
  )
  assert.ok(denied, 'the refused call is in the history')
  const why = await server.sallyport('why', denied.requestID)
  assert.equal(why.code, 0, why.err)
  assert.match(why.out, /permissions boundary: not allowed/)
  assert.match(why.out, /identity-based policy: allows/)

  // The refusal's sealed message opens for those who may decode it, and for nobody else.
  const told = JSON.parse((await server.sallyport('why', denied.requestID, '--json')).out)
  const EncodedMessage: string = told.decisions[0].encodedMessage
  const decoded = await done('sts', 'DecodeAuthorizationMessage', { EncodedMessage })
  const message = JSON.parse(decoded.DecodedMessage as never)
  assert.equal(message.allowed, false)
  assert.equal(message.context.action, 'iam:ListUsers')
  assert.equal(message.context.principal.name, 'alice')
  refused(
    await client.call('sts', 'DecodeAuthorizationMessage', { EncodedMessage: 'AAAA' }, admin),
    'InvalidAuthorizationMessageException',
    /not valid/,
  )
  refused(
    await client.call('sts', 'DecodeAuthorizationMessage', { EncodedMessage }, session),
    'ExpiredToken',
    /expired/,
  )
}
