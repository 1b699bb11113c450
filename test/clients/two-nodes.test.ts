import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteUserPolicyCommand,
  GetUserCommand,
  IAMClient,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import pg from 'pg'
import { type PostgresServer, postgresBinaries, startPostgres } from '../storage/postgres-server.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import type { Keys } from './client.ts'
import { type Server, startServer } from './server.ts'

/** Two processes on one database are one installation. */

const ci = process.env.CI === 'true'
const present = postgresBinaries() !== undefined || ci
// CI installs a server: there its absence is a failure, not a reason to skip.
const skip = present || process.env.CI === 'true' ? false : 'no PostgreSQL server here'
const rounds = 50

const policy = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement })

const open: { destroy(): void }[] = []
const clients = ({ url }: Server, credentials: Keys) => {
  const options = { endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 } as never
  const made = {
    iam: new IAMClient(options),
    sts: new STSClient(options),
    cloudtrail: new CloudTrailClient(options),
  }
  open.push(...Object.values(made))
  return made
}

/** Two nodes of an installation of their own. */
async function twoNodes(url: string, ...more: string[]): Promise<[Server, Server]> {
  const data = temporaryFolder('nodes')
  const flags = ['--store', url, '--data', data, ...more]
  return [await startServer(...flags), await startServer(...flags)]
}

async function makeUser(on: Server, UserName: string): Promise<Keys> {
  const { iam } = clients(on, on.admin)
  await iam.send(new CreateUserCommand({ UserName }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }))
  return { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! }
}

const isDenied = (error: Error): boolean => {
  assert.match(error.name, /^(AccessDenied|InvalidClientTokenId)$/, error.message)
  return true
}

/** Milliseconds from the answer to a removal until the other node obeys, over many rounds. */
async function revocationLags(near: Server, far: Server): Promise<number[]> {
  const UserName = 'alice'
  const keys = await makeUser(near, UserName)
  const admin = clients(near, near.admin).iam
  const here = clients(near, keys).iam
  const there = clients(far, keys).iam
  const own = { UserName, PolicyName: 'own' }
  const PolicyDocument = policy({ Effect: 'Allow', Action: 'iam:GetUser', Resource: '*' })
  const ask = (iam: IAMClient): Promise<boolean> =>
    iam.send(new GetUserCommand({})).then(
      () => true,
      (error) => !isDenied(error),
    )
  const lags: number[] = []
  for (let round = 0; round < rounds; round++) {
    await admin.send(new PutUserPolicyCommand({ ...own, PolicyDocument }))
    assert.equal(await ask(here), true, 'the node that gave obeys at once')
    for (const end = performance.now() + 5_000; !(await ask(there)); )
      assert.ok(performance.now() < end, 'the other node never allows')
    await admin.send(new DeleteUserPolicyCommand(own))
    const removed = performance.now()
    let asked = removed
    while (await ask(there)) {
      asked = performance.now()
      assert.ok(asked - removed < 5_000, 'the other node never denies')
    }
    lags.push(asked - removed)
    assert.equal(await ask(here), false, 'the node that took obeys at once')
  }
  return lags.sort((a, b) => a - b)
}

function judge(lags: readonly number[], tell: (text: string) => void): void {
  const [p50, max] = [lags[lags.length >> 1]!, lags.at(-1)!]
  tell(`revocation on the other node: p50 ${p50.toFixed(1)} ms, max ${max.toFixed(1)} ms`)
  assert.ok(max < 1_000, `${max} ms`)
}

describe('two nodes', { skip, timeout: 180_000 }, () => {
  let postgres: PostgresServer
  before(async () => {
    postgres = await startPostgres()
  })
  after(async () => {
    for (const client of open) client.destroy()
    await postgres.stop()
  })

  test('what one node takes away, the other obeys; sessions and events are common', async (t) => {
    const [one, two] = await twoNodes(await postgres.newDatabase())
    try {
      judge(await revocationLags(one, two), (text) => t.diagnostic(text))

      // A session of one node works on the other, at once.
      const keys = await makeUser(one, 'bob')
      const trust = { Effect: 'Allow', Action: 'sts:AssumeRole' }
      const Principal = { AWS: 'arn:aws:iam::000000000000:user/bob' }
      const role = {
        RoleName: 'app',
        AssumeRolePolicyDocument: policy({ ...trust, Principal }),
      }
      await clients(one, one.admin).iam.send(new CreateRoleCommand(role))
      const RoleArn = 'arn:aws:iam::000000000000:role/app'
      for (const [made, used] of [
        [two, one],
        [one, two],
      ] as const) {
        const input = { RoleArn, RoleSessionName: 'there' }
        const { Credentials: c } = await clients(made, keys).sts.send(new AssumeRoleCommand(input))
        const session = {
          accessKeyId: c!.AccessKeyId!,
          secretAccessKey: c!.SecretAccessKey!,
          sessionToken: c!.SessionToken!,
        }
        const who = await clients(used, session).sts.send(new GetCallerIdentityCommand({}))
        assert.equal(who.Arn, 'arn:aws:sts::000000000000:assumed-role/app/there')
      }

      // Both write the log, and either shows the whole of it.
      for (const [at, UserName] of [
        [one, 'made-on-one'],
        [two, 'made-on-two'],
      ] as const)
        await clients(at, at.admin).iam.send(new CreateUserCommand({ UserName }))
      const LookupAttributes = [
        { AttributeKey: 'EventName' as const, AttributeValue: 'CreateUser' },
      ]
      for (const at of [one, two]) {
        const { cloudtrail } = clients(at, at.admin)
        const { Events } = await cloudtrail.send(new LookupEventsCommand({ LookupAttributes }))
        const texts = Events!.map(({ CloudTrailEvent }) => CloudTrailEvent!)
        for (const name of ['made-on-one', 'made-on-two'])
          assert.ok(
            texts.some((text) => text.includes(`"userName":"${name}"`)),
            name,
          )
      }
    } finally {
      assert.deepEqual(await Promise.all([one.stop(), two.stop()]), [0, 0])
    }
  })

  test('revocation does not need the database’s notifications', async (t) => {
    const url = new URL(await postgres.newDatabase())
    const name = url.pathname.slice(1)
    const chief = new pg.Client({ connectionString: url.href })
    await chief.connect()
    await chief.query('CREATE ROLE plain LOGIN')
    await chief.query(`ALTER DATABASE ${name} OWNER TO plain`)
    await chief.query('REVOKE EXECUTE ON FUNCTION pg_notify(text, text) FROM PUBLIC')
    await chief.end()
    url.username = 'plain'
    const plain = new pg.Client({ connectionString: url.href })
    await plain.connect()
    await assert.rejects(plain.query("SELECT pg_notify('a', '')"), /permission denied/)
    await plain.end()

    const [one, two] = await twoNodes(url.href)
    try {
      judge(await revocationLags(one, two), (text) => t.diagnostic(text))
    } finally {
      await Promise.all([one.stop(), two.stop()])
    }
  })

  test('a test clock and a reset hold on both', async () => {
    const flags = ['--test-clock', '--auth', 'open']
    const [one, two] = await twoNodes(await postgres.newDatabase(), ...flags)
    const ask = async ({ url }: Server, path: string, body?: object) => {
      const sent = body && { method: 'POST', body: JSON.stringify(body) }
      const answer = await fetch(`${url}/_sallyport/${path}`, sent)
      return answer.json() as Promise<Record<string, unknown>>
    }
    try {
      const keys = await makeUser(one, 'alice')
      const documented = async (on: Server) => {
        const PolicyDocument = policy({ Effect: 'Allow', Action: 'iam:*', Resource: '*' })
        const own = { UserName: 'alice', PolicyName: 'own', PolicyDocument }
        await clients(on, on.admin).iam.send(new PutUserPolicyCommand(own))
      }
      await documented(one)
      for (const at of [one, two]) await clients(at, keys).iam.send(new GetUserCommand({}))

      for (const at of [one, two]) await ask(at, 'clock', { advanceSeconds: 3_600 })
      for (const at of [one, two]) {
        const end = performance.now() + 5_000
        while ((await ask(at, 'clock')).offsetSeconds !== 7_200) {
          assert.ok(performance.now() < end, 'the clock of one is not that of the other')
          await new Promise((next) => setTimeout(next, 50))
        }
      }

      assert.deepEqual(await ask(two, 'reset', {}), { status: 'ok' })
      const gone = async (): Promise<boolean> => {
        const { Users } = await clients(one, keys).iam.send(new ListUsersCommand({}))
        return Users!.length === 0
      }
      assert.equal(await gone(), true)
      // The same policy again, explained by the node that had written its text before.
      const again = await makeUser(one, 'alice')
      await documented(one)
      const { $metadata } = await clients(one, again).iam.send(new GetUserCommand({}))
      const why = await ask(two, `why/${$metadata.requestId}`)
      assert.equal((why.decisions as { effect: string }[])[0]!.effect, 'allowed')
    } finally {
      await Promise.all([one.stop(), two.stop()])
    }
  })

  test('one node dies: the other goes on, and records what it left', async () => {
    const [one, two] = await twoNodes(await postgres.newDatabase())
    try {
      // It dies amid a storm of changes; some are made whose records are not written.
      const dying = clients(two, two.admin).iam
      const acknowledged: string[] = []
      const lanes = Array.from({ length: 8 }, async (_, lane) => {
        for (let n = 0; ; n++) {
          const UserName = `storm-${lane}-${n}`
          await dying.send(new CreateUserCommand({ UserName }))
          acknowledged.push(UserName)
        }
      })
      const storm = Promise.allSettled(lanes)
      while (acknowledged.length < 40) await new Promise((next) => setTimeout(next, 1))
      await two.kill()
      await storm

      const { iam, cloudtrail } = clients(one, one.admin)
      await iam.send(new CreateUserCommand({ UserName: 'after' }))
      const made = new Set<string>()
      let Marker: string | undefined
      do {
        const page = await iam.send(new ListUsersCommand({ Marker }))
        for (const { UserName } of page.Users!) made.add(UserName!)
        Marker = page.Marker
      } while (Marker !== undefined)
      for (const name of acknowledged) assert.ok(made.has(name), `${name} was acknowledged`)

      // Its lease runs out after some seconds; then every change that was made is in the log, once.
      const end = performance.now() + 60_000
      for (;;) {
        const recorded = await recordedUsers(cloudtrail)
        assert.equal(new Set(recorded).size, recorded.length, 'each of them once')
        if ([...made].every((name) => recorded.includes(name))) break
        assert.ok(performance.now() < end, 'changes stay without a record')
        await new Promise((next) => setTimeout(next, 500))
      }
    } finally {
      assert.equal(await one.stop(), 0)
    }
  })
})

/** Names of the users that the log says were made. */
async function recordedUsers(cloudtrail: CloudTrailClient): Promise<string[]> {
  const LookupAttributes = [{ AttributeKey: 'EventName' as const, AttributeValue: 'CreateUser' }]
  const names: string[] = []
  let NextToken: string | undefined
  do {
    const page = await cloudtrail.send(new LookupEventsCommand({ LookupAttributes, NextToken }))
    for (const { CloudTrailEvent } of page.Events!) {
      const { errorCode, requestParameters } = JSON.parse(CloudTrailEvent!)
      if (errorCode === undefined) names.push(requestParameters.userName)
    }
    NextToken = page.NextToken
  } while (NextToken !== undefined)
  return names
}
