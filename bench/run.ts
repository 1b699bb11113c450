/** `npm run bench`: every row as a ratio to a bare server in the same run. Loopback only, bounded. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail'
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  CreateKeyCommand,
  type CreateKeyCommandInput,
  type KeySpec,
  KMSClient,
} from '@aws-sdk/client-kms'
import { administration, signedCall } from '../src/cli/administration-client.ts'
import { postgresBinaries, startPostgres } from '../test/storage/postgres-server.ts'
import { type Load, load } from './load.ts'
import { type Signer, signedJson, signedQuery } from './signed-request.ts'

const seconds = Number(process.argv[2] ?? 4)
const main = new URL('../src/main.ts', import.meta.url).pathname

interface Process {
  readonly child: ChildProcess
  readonly port: number
}

async function started(args: readonly string[]): Promise<Process> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface(child.stdout!)) {
    const port = /(\d+)$/.exec(line)?.[1]
    if (port !== undefined) return { child, port: Number(port) }
  }
  throw new Error(`${args.join(' ')} did not become ready`)
}

async function stopped({ child }: Process): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await exited
}

/** Seconds of CPU that a process has used, from /proc. */
function cpuOf({ child }: Process): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const memoryOf = ({ child }: Process): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1_024

interface Row {
  readonly what: string
  readonly result: Load
  readonly cpuMicroseconds: number
}

async function measure(
  what: string,
  server: Process,
  connections: number,
  next: () => Buffer | undefined,
  duration = seconds,
): Promise<Row> {
  const before = cpuOf(server)
  const result = await load({ port: server.port, connections, seconds: duration, next })
  const cpuMicroseconds = ((cpuOf(server) - before) * 1e6) / result.answers
  return { what, result, cpuMicroseconds }
}

function print({ what, result, cpuMicroseconds }: Row, bare?: Row): void {
  const statuses = [...result.statuses].map(([status, n]) => `${status}x${n}`).join(' ')
  const ratio = bare && `${(result.perSecond / bare.result.perSecond).toFixed(3)} of bare`
  console.log(
    `| ${what} | ${result.perSecond.toFixed(0)} | ${ratio ?? '1'} | ${result.p50.toFixed(2)} | ${result.p99.toFixed(2)} | ${cpuMicroseconds.toFixed(1)} | ${statuses} |`,
  )
}

/** The identity answer's own bytes, for the bare server. */
const answer = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><UserId>AIDAAAAAAAAAAAAAAAAAA</UserId><Account>000000000000</Account><Arn>arn:aws:iam::000000000000:user/bench</Arn></GetCallerIdentityResult><ResponseMetadata><RequestId>01a1fb33-d4d9-778d-9be6-3d5e66428e21</RequestId></ResponseMetadata></GetCallerIdentityResponse>`

function sizeOf(directory: string): number {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

async function bench(store: string, bare: Readonly<Record<1 | 32, Row>>): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const from = performance.now()
  const server = await started([main, 'start', '--store', store, '--data', data, '--port', '0'])
  const name = store.startsWith('postgres') ? 'postgres' : store
  const ready = performance.now() - from
  console.error(`${name}: ready in ${ready.toFixed(0)} ms, ${memoryOf(server).toFixed(0)} MB`)
  const file = readFileSync(join(data, 'credentials'), 'utf8')
  const value = (key: string) => new RegExp(`${key} = (\\S+)`).exec(file)![1]!
  const admin: Signer = {
    accessKeyId: value('aws_access_key_id'),
    secretAccessKey: value('aws_secret_access_key'),
  }
  const { port } = server
  const endpoint = `http://127.0.0.1:${port}`
  const iam = new IAMClient({ endpoint, region: 'us-east-1', credentials: admin })
  await iam.send(new CreateUserCommand({ UserName: 'bench' }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bench' }))
  const user: Signer = {
    accessKeyId: AccessKey!.AccessKeyId!,
    secretAccessKey: AccessKey!.SecretAccessKey!,
  }
  const identity = signedQuery('sts', { Action: 'GetCallerIdentity' }, user, port)
  const trent = (operation: string, input: object) =>
    signedJson('kms', `TrentService.${operation}`, input, admin, port)
  const kms = new KMSClient({ endpoint, region: 'us-east-1', credentials: admin })
  const newKey = async (input: CreateKeyCommandInput): Promise<string> =>
    (await kms.send(new CreateKeyCommand(input))).KeyMetadata!.KeyId!
  const Plaintext = Buffer.alloc(1_024, 7).toString('base64')
  const encryption = trent('Encrypt', { KeyId: await newKey({}), Plaintext })
  const signing = async (KeySpec: KeySpec, SigningAlgorithm: string) =>
    trent('Sign', {
      KeyId: await newKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' }),
      SigningAlgorithm,
      Message: Plaintext,
    })
  const rsa = await signing('RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256')
  const curve = await signing('ECC_NIST_P256', 'ECDSA_SHA_256')
  const denied = signedQuery('iam', { Action: 'ListUsers' }, user, port)
  const creations = Array.from({ length: 40_000 }, (_, i) =>
    signedQuery('iam', { Action: 'CreateGroup', GroupName: `g${i}` }, admin, port),
  )
  await measure('warm-up', server, 8, () => identity, 2)
  for (const connections of [1, 32] as const) {
    const tag = `${name}, ${connections} connections`
    const stored = store === 'sqlite' ? sizeOf(data) : 0
    const calls = await measure(`GetCallerIdentity, ${tag}`, server, connections, () => identity)
    print(calls, bare[connections])
    if (store === 'sqlite') {
      const bytes = (sizeOf(data) - stored) / calls.result.answers
      console.error(`${tag}: ${bytes.toFixed(0)} bytes on disk a call`)
    }
    print(
      await measure(`denied ListUsers, ${tag}`, server, connections, () => denied),
      bare[connections],
    )
    const cryptography = { 'Encrypt 1 KB': encryption, 'Sign RSA-2048': rsa, 'Sign P-256': curve }
    for (const [what, bytes] of Object.entries(cryptography))
      print(
        await measure(`kms ${what}, ${tag}`, server, connections, () => bytes),
        bare[connections],
      )
    const next = () => creations.pop()
    print(await measure(`CreateGroup, ${tag}`, server, connections, next), bare[connections])
  }
  console.error(`${name}: ${memoryOf(server).toFixed(0)} MB after the load`)
  const trail = new CloudTrailClient({ endpoint, region: 'us-east-1', credentials: admin })
  for (const EventName of ['GetCallerIdentity', 'ListUsers', 'CreateGroup']) {
    const attribute = { AttributeKey: 'EventName', AttributeValue: EventName } as const
    const from = performance.now()
    const { Events = [] } = await trail.send(
      new LookupEventsCommand({ LookupAttributes: [attribute] }),
    )
    const took = performance.now() - from
    console.error(`${name}: LookupEvents ${EventName}: ${Events.length} in ${took.toFixed(0)} ms`)
    const { requestID } = JSON.parse(Events[0]?.CloudTrailEvent ?? '{}')
    const asked = performance.now()
    const why = await administration({ data, endpoint }, 'GET', `why/${requestID}`)
    if ((why as { requestId: string }).requestId !== requestID)
      throw new Error(`${EventName} does not explain itself`)
    console.error(`${name}: why ${EventName} in ${(performance.now() - asked).toFixed(0)} ms`)
  }
  const metrics = await (await signedCall({ data, endpoint }, 'GET', 'metrics')).text()
  const delay = /sallyport_event_loop_delay_seconds ([\d.e-]+)/.exec(metrics)?.[1]
  console.error(`${name}: loop delay p99 ${(Number(delay) * 1_000).toFixed(1)} ms`)
  await stopped(server)
  rmSync(data, { recursive: true })
}

console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus()[0]!.model}, Node ${process.version}\n`,
)
console.log('| what | per second | ratio | p50 ms | p99 ms | server CPU µs | answers |')
console.log('|---|--:|--:|--:|--:|--:|---|')
const bareServer = await started([new URL('./bare-server.ts', import.meta.url).pathname, answer])
const query = signedQuery(
  'sts',
  { Action: 'GetCallerIdentity' },
  { accessKeyId: 'AKIAAAAAAAAAAAAAAAAA', secretAccessKey: 'x' },
  bareServer.port,
)
await measure('warm-up', bareServer, 8, () => query, 1)
const bare = {
  1: await measure('bare node:http, 1 connection', bareServer, 1, () => query),
  32: await measure('bare node:http, 32 connections', bareServer, 32, () => query),
}
print(bare[1])
print(bare[32])
await stopped(bareServer)
await bench('sqlite', bare)
if (postgresBinaries() === undefined)
  console.error('no PostgreSQL server here: its rows are left out')
else {
  const postgres = await startPostgres()
  await bench(await postgres.newDatabase(), bare)
  await postgres.stop()
}
