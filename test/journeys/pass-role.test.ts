import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { parseArn } from '../../src/kernel/arn.ts'
import { passedRole } from '../../src/kernel/pass-role.ts'
import { allow, openAccount, policy } from '../account.ts'
import type { Keys } from '../installation.ts'
import { probeService } from '../probe-service.ts'

/** A service that takes a role: sends of `<role ARN>` hand it over, and the service uses it. */
const seen: unknown[] = []
const queue = 'arn:aws:sqs:us-east-1:000000000000:jobs'
const taker = probeService({
  targets: async (text, read) => [
    { resource: queue, record: undefined },
    await passedRole(text, 'sqs.amazonaws.com', read, queue),
  ],
  async send(text, ctx) {
    const options = { as: { role: text, sessionName: 'jobs' }, sourceArn: queue }
    seen.push(await ctx.call('sts', 'GetCallerIdentity', {}, options))
    const RoleName = parseArn(text)!.resource.slice('role/'.length)
    seen.push(await ctx.call('iam', 'GetRole', { RoleName }, options))
  },
})

const trust = (Service: string, Condition?: object) =>
  policy({ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole', Condition })

test('a role is passed by who may pass it to that service, and serves it if it trusts it', async (t) => {
  const account = await openAccount({ services: [taker] })
  t.after(() => account.close())
  const send = async (text: string, credentials: Keys) => {
    const options = { endpoint: account.house.url, region: 'us-east-1', credentials }
    const client = new SQSClient({ ...options, maxAttempts: 1, md5: false })
    try {
      await client.send(
        new SendMessageCommand({ QueueUrl: `${account.house.url}/q`, MessageBody: text }),
      )
    } finally {
      client.destroy()
    }
  }
  const role = async (name: string, trusted: string, tags: Record<string, string> = {}) => {
    const { Role } = await account.iam('CreateRole', {
      RoleName: name,
      AssumeRolePolicyDocument: trusted,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    })
    await account.iam('PutRolePolicy', {
      RoleName: name,
      PolicyName: 'own',
      PolicyDocument: policy(allow('iam:GetRole')),
    })
    return Role.Arn as string
  }
  const jobs = await role('jobs', trust('sqs.amazonaws.com'), { team: 'a' })
  const lambda = await role('functions', trust('lambda.amazonaws.com'))
  const bound = await role(
    'bound',
    trust('sqs.amazonaws.com', { ArnEquals: { 'aws:SourceArn': queue } }),
  )
  const elsewhere = await role(
    'elsewhere',
    trust('sqs.amazonaws.com', { ArnEquals: { 'aws:SourceArn': `${queue}-other` } }),
  )
  const user = async (name: string, Condition?: object, Resource = '*') => {
    const keys = await account.user(name, 'sqs:SendMessage')
    await account.iam('PutUserPolicy', {
      UserName: name,
      PolicyName: 'pass',
      PolicyDocument: policy({ ...allow('iam:PassRole', Resource), Condition }),
    })
    return keys
  }
  const denied = (text: RegExp) => (error: Error) => {
    assert.match(error.message, text)
    return error.name === 'AccessDenied' || error.name === 'AccessDeniedException'
  }

  const nobody = await account.user('nobody', 'sqs:SendMessage')
  await assert.rejects(
    send(jobs, nobody),
    denied(/iam:PassRole on resource: arn:aws:iam::000000000000:role\/jobs because no identity/),
  )
  const toLambda = await user('to-lambda', {
    StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' },
  })
  await assert.rejects(send(jobs, toLambda), denied(/iam:PassRole/))
  const other = await user('other-queue', {
    ArnEquals: { 'iam:AssociatedResourceArn': `${queue}-other` },
  })
  await assert.rejects(send(jobs, other), denied(/iam:PassRole/))

  const passer = await user('passer', {
    StringEquals: { 'iam:PassedToService': 'sqs.amazonaws.com', 'aws:ResourceTag/team': 'a' },
    ArnEquals: { 'iam:AssociatedResourceArn': queue },
  })
  await send(jobs, passer)
  const [identity, told] = seen as [{ Arn: string }, { Role: { RoleName: string } }]
  assert.equal(identity.Arn, 'arn:aws:sts::000000000000:assumed-role/jobs/jobs')
  assert.equal(told.Role.RoleName, 'jobs')
  await assert.rejects(send(bound, passer), denied(/iam:PassRole/))

  // Passing is one thing, being trusted another.
  const anyPasser = await user('any-passer')
  await assert.rejects(send(lambda, anyPasser), denied(/sts:AssumeRole/))
  await assert.rejects(send(elsewhere, anyPasser), denied(/sts:AssumeRole/))
  await send(bound, anyPasser)
  await assert.rejects(send(`${jobs}-gone`, anyPasser), denied(/sts:AssumeRole/))

  // What the service does under the role is bound by the role's policies and leaves a record.
  const events = await account.house.as().cloudtrail.send(
    new LookupEventsCommand({
      LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: 'AssumeRole' }],
    }),
  )
  const records = events.Events!.map((event) => JSON.parse(event.CloudTrailEvent!))
  assert.ok(
    records.some(
      ({ userIdentity, requestParameters }) =>
        userIdentity.type === 'AWSService' &&
        userIdentity.invokedBy === 'sqs.amazonaws.com' &&
        requestParameters.roleArn === jobs,
    ),
  )
})
