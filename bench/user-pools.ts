/**
 * Whether a big user pool is slower than a small one: `node bench/user-pools.ts 100000`. Users come in by import
 * jobs of at most 500,000 rows, as they would in earnest; the rest is measured through the official client.
 */
import { spawn } from 'node:child_process'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { hashPassword } from '../src/crypto/passwords.ts'
import { systemRandom } from '../src/kernel/random.ts'

const many = Number(process.argv[2] ?? 100_000)
const rowsOfAJob = 500_000
const PASSWORD = 'Permanent-1'
const data = await mkdtemp(join(tmpdir(), 'sallyport-bench-'))
const main = new URL('../src/main.ts', import.meta.url).pathname
const server = spawn(process.execPath, [main, 'start', '--data', data, '--port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
let endpoint = ''
for await (const line of createInterface(server.stdout!)) {
  endpoint = /http:\/\/[\d.]+:\d+/.exec(line)?.[0] ?? endpoint
  if (endpoint !== '') break
}
server.stdout!.resume()
const file = readFileSync(join(data, 'credentials'), 'utf8')
const value = (key: string) => new RegExp(`${key} = (\\S+)`).exec(file)![1]!
const credentials = {
  accessKeyId: value('aws_access_key_id'),
  secretAccessKey: value('aws_secret_access_key'),
}
const options = { endpoint, region: 'us-east-1', credentials }
const idp = new CognitoIdentityProvider(options)
const iam = new IAMClient(options)

const statement = (more: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...more }] })
const { Role } = await iam.send(
  new CreateRoleCommand({
    RoleName: 'imports',
    AssumeRolePolicyDocument: statement({
      Principal: { Service: 'cognito-idp.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
  }),
)
await iam.send(
  new PutRolePolicyCommand({
    RoleName: 'imports',
    PolicyName: 'logs',
    PolicyDocument: statement({ Action: 'logs:*', Resource: '*' }),
  }),
)

const hash = await hashPassword(PASSWORD, systemRandom.bytes(16))
const nameOf = (i: number) => `user-${i}`

async function newPool() {
  const { UserPool } = await idp.createUserPool({
    PoolName: 'people',
    AutoVerifiedAttributes: ['email'],
  })
  const UserPoolId = UserPool!.Id!
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'web',
    ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
  })
  return { UserPoolId, ClientId: UserPoolClient!.ClientId! }
}

/** Rows of users as they are sent, some thousand at a time. */
async function* rows(columns: readonly string[], from: number, to: number) {
  yield Buffer.from(`${columns.join(',')}\n`)
  for (let at = from; at < to; at += 5_000) {
    let text = ''
    for (let i = at; i < Math.min(to, at + 5_000); i++) {
      const user: Record<string, string> = {
        'cognito:username': nameOf(i),
        'cognito:password_hash': hash,
        given_name: 'Ada',
        family_name: `Lovelace ${i}`,
        email: `${nameOf(i)}@example.com`,
        email_verified: 'true',
      }
      text += `${columns.map((name) => (user[name] ?? '').replaceAll(',', '\\,')).join(',')}\n`
    }
    yield Buffer.from(text)
  }
}

async function imported(UserPoolId: string, from: number, to: number): Promise<void> {
  const { CSVHeader } = await idp.getCSVHeader({ UserPoolId })
  const { UserImportJob } = await idp.createUserImportJob({
    UserPoolId,
    JobName: 'bench',
    CloudWatchLogsRoleArn: Role!.Arn!,
    PasswordHashingAlgorithm: 'ARGON2ID',
  })
  const { JobId, PreSignedUrl } = UserImportJob!
  const body = ReadableStream.from(rows([...CSVHeader!, 'cognito:password_hash'], from, to))
  const uploaded = performance.now()
  const answer = await fetch(PreSignedUrl!, { method: 'PUT', body, duplex: 'half' })
  if (answer.status !== 200) throw new Error(`upload: ${answer.status} ${await answer.text()}`)
  const begun = performance.now()
  await idp.startUserImportJob({ UserPoolId, JobId: JobId! })
  for (;;) {
    const { UserImportJob: job } = await idp.describeUserImportJob({ UserPoolId, JobId: JobId! })
    if (job!.CompletionDate !== undefined) {
      if (job!.Status !== 'Succeeded') throw new Error(job!.CompletionMessage)
      const seconds = (performance.now() - begun) / 1_000
      const upload = ((begun - uploaded) / 1_000).toFixed(1)
      const rate = (job!.ImportedUsers! / seconds).toFixed(0)
      console.error(
        `${job!.Status}: ${job!.ImportedUsers} users in ${seconds.toFixed(0)} s, ${rate} a second; upload ${upload} s; ${memory()} MB`,
      )
      return
    }
    await pause(200)
  }
}

const memory = (): string => {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  return (Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1_024).toFixed(0)
}

/** Megabytes of a folder's files by name. */
async function sizes(folder: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(
      ({ name, parentPath }) => [name, statSync(join(parentPath, name)).size / 1_048_576] as const,
    )
    .filter(([, size]) => size >= 1)
    .map(([name, size]) => `${name} ${size.toFixed(0)} MB`)
    .join(', ')
}

/** Median and 99th percentile in milliseconds, one call after another. */
async function timed(times: number, call: (i: number) => Promise<unknown>): Promise<string> {
  const taken: number[] = []
  for (let i = 0; i < times; i++) {
    const from = performance.now()
    await call(i)
    taken.push(performance.now() - from)
  }
  taken.sort((a, b) => a - b)
  const at = (share: number) => taken[Math.min(times - 1, Math.floor(times * share))]!.toFixed(1)
  return `${at(0.5)} | ${at(0.99)}`
}

async function report(
  users: number,
  { UserPoolId, ClientId }: Awaited<ReturnType<typeof newPool>>,
) {
  const chosen = Array.from({ length: 200 }, () => Math.floor(Math.random() * users))
  const signIn = (i: number) =>
    idp.initiateAuth({
      ClientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: nameOf(chosen[i % chosen.length]!), PASSWORD },
    })
  // The first sign-in of an imported user makes the verifier for SRP as well.
  const first = await timed(200, signIn)
  const later = await timed(400, signIn)
  let mark: string | undefined
  const page = await timed(100, async () => {
    const answer = await idp.listUsers({ UserPoolId, Limit: 60, PaginationToken: mark })
    mark = answer.PaginationToken
  })
  const found = await timed(200, (i) =>
    idp.listUsers({ UserPoolId, Filter: `email = "${nameOf(chosen[i]!)}@example.com"` }),
  )
  console.log(`| ${users} | ${first} | ${later} | ${page} | ${found} |`)
}

try {
  const small = await newPool()
  await imported(small.UserPoolId, 0, 1_000)
  const big = await newPool()
  for (let from = 0; from < many; from += rowsOfAJob)
    await imported(big.UserPoolId, from, Math.min(many, from + rowsOfAJob))
  console.log(
    '| users | first sign-in p50 ms | p99 | sign-in p50 | p99 | ListUsers, 60, p50 | p99 | by email p50 | p99 |',
  )
  console.log('|--:|--:|--:|--:|--:|--:|--:|--:|--:|')
  await report(1_000, small)
  await report(many, big)
  await report(1_000, small)
  console.error(`${memory()} MB in memory; ${await sizes(data)}`)
} finally {
  idp.destroy()
  iam.destroy()
  server.kill('SIGTERM')
  await new Promise((resolve) => server.once('exit', resolve))
  rmSync(data, { recursive: true, force: true })
}
