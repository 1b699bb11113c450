import assert from 'node:assert/strict'
import { once } from 'node:events'
import { chmodSync, copyFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteUserCommand,
  GetUserCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam'
import { credentialsPath, writeCredentials } from '../../src/cli/credentials-file.ts'
import { diskFindings } from '../../src/cli/doctor.ts'
import { run } from '../../src/cli/run.ts'
import { startServer } from '../clients/server.ts'
import { type Installation, install, installAt, type Keys } from '../installation.ts'
import { call } from '../raw-calls.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** The command line, as a person and as a program meet it. */

interface Said {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function sallyport(...args: string[]): Promise<Said> {
  let out = ''
  let err = ''
  const terminal = {
    out(text: string) {
      out += text
    },
    err(text: string) {
      err += text
    },
    interactive: false,
  }
  const code = await run(args, terminal)
  return { code, out, err }
}

/** Leaves what a start leaves in a data directory. */
function furnish(house: Installation): void {
  const { accessKeyId: id, secretAccessKey: secret } = house.admin
  writeCredentials(credentialsPath(house.data), { id, secret }, 'us-east-1')
  writeFileSync(join(house.data, 'endpoint'), `${house.url}\n`)
}

let house: Installation
before(async () => {
  house = await install('--store', 'sqlite', '--test-clock')
  furnish(house)
})
after(() => house.close())

/** A command on that installation. */
const here = (...args: string[]) => sallyport(...args, '--data', house.data)

const commands = [
  'start',
  'env',
  'why',
  'where',
  'doctor',
  'clock',
  'inbox',
  'backup',
  'export',
  'erase',
  'restore',
  'seal',
  'unseal',
  'rotate-root',
  'rotate-keyring',
]

test('help: an overview, and each command with examples', async () => {
  const { code, out } = await sallyport('--help')
  assert.equal(code, 0)
  for (const name of commands) {
    assert.match(out, new RegExp(`^  ${name} +\\w`, 'm'))
    const help = await sallyport(name, '--help')
    assert.equal(help.code, 0)
    assert.match(help.out, new RegExp(`^sallyport ${name}`))
    for (const line of help.out.split('\n')) assert.ok(line.length <= 110, line)
  }
  assert.deepEqual(await sallyport(), { code: 2, out, err: '' })
})

test('what is not understood ends with 2 and says what to do', async () => {
  for (const name of commands) {
    const { code, err, out } = await sallyport(name, '--no-such-flag')
    assert.equal(code, 2, name)
    assert.match(err, new RegExp(`^sallyport ${name}: Unknown option '--no-such-flag'\n`))
    assert.match(err, new RegExp(`next: see sallyport ${name} --help\n$`))
    assert.equal(out, '')
  }
  const cases: [string[], RegExp][] = [
    [['nonsense'], /there is no command "nonsense"/],
    [['constructor'], /there is no command "constructor"/],
    [['why'], /which request\?\n {2}next: sallyport why <request-id>/],
    [['where'], /which service\?/],
    [['backup'], /into which file\?/],
    [['restore'], /from which file\?/],
    [['env', 'surplus'], /what is "surplus" for\?/],
    [['clock', '+5 fortnights'], /no span of time\n {2}next: write \+30s/],
    [['start', '--port', '65536'], /--port takes a number from 0 to 65535, not "65536"/],
    [['start', '--auth', 'off'], /--auth takes one of enforce, observe, open, not "off"/],
    [['start', '--account', '1'], /--account takes twelve digits/],
    [['start', '--store', 'mysql://x'], /--store takes sqlite, memory or postgres/],
  ]
  for (const [args, text] of cases) {
    const { code, err } = await sallyport(...args)
    assert.equal(code, 2, args.join(' '))
    assert.match(err, text)
  }
})

test('what cannot be done ends with 1 and says what to do', async () => {
  const nowhere = join(house.data, 'nowhere')
  const cases: [string[], RegExp][] = [
    [['clock', '--endpoint', 'http://127.0.0.1:1'], /nothing answers at .*\n {2}next: start it/],
    [['why', '019fb33d-4d97-78d9-be63-d5e66428e210'], /No request .*\n {2}next: aws cloudtrail/],
    [['backup', credentialsPath(house.data)], /is there already\n {2}next: name another file/],
  ]
  for (const [args, text] of cases) {
    const { code, err } = await here(...args)
    assert.equal(code, 1, args.join(' '))
    assert.match(err, text)
  }
  const missing = await sallyport('restore', nowhere)
  assert.equal(missing.code, 1)
  assert.match(missing.err, /there is no file/)
  const other = temporaryFolder('cli')
  const stranger = { id: 'AKIAQAAAAAAAXXXXXXXX', secret: 'x' }
  writeCredentials(credentialsPath(other), stranger, 'us-east-1')
  const refused = await sallyport('clock', '--data', other, '--endpoint', house.url)
  assert.equal(refused.code, 1)
  assert.match(refused.err, /token .* is invalid.\n {2}next: the key is of another installation/)
})

test('env: exports for a shell, JSON for programs', async () => {
  const { code, out } = await here('env')
  assert.equal(code, 0)
  assert.match(out, new RegExp(`^export AWS_ENDPOINT_URL='${house.url}'$`, 'm'))
  assert.match(out, new RegExp(`^export AWS_ACCESS_KEY_ID='${house.admin.accessKeyId}'$`, 'm'))
  const values = JSON.parse((await here('env', '--json')).out)
  assert.equal(values.AWS_SECRET_ACCESS_KEY, house.admin.secretAccessKey)
  assert.equal(values.AWS_REGION, 'us-east-1')
})

test('where: the file and line of an operation, or why there is none', async () => {
  const { out } = await sallyport('where', 'iam', 'CreateUser')
  assert.match(out, /^src\/services\/iam\/users\.ts:\d+\n$/)
  assert.equal((await sallyport('where', 'iam', 'create-user')).out, out)
  const all = JSON.parse((await sallyport('where', 'sts', '--json')).out)
  const found = all.find(({ operation }: { operation: string }) => operation === 'AssumeRole')
  assert.equal(found.file, 'src/services/sts/AssumeRole.ts')
  const later = await sallyport('where', 'cloudtrail', 'create-trail')
  assert.equal(later.code, 1)
  assert.match(later.err, /cloudtrail CreateTrail is not there yet: trails/)
  const never = await sallyport('where', 'iam', 'FlyToTheMoon')
  assert.match(never.err, /AWS's iam has no operation FlyToTheMoon/)
  const unknown = await sallyport('where', 'quantum')
  assert.match(unknown.err, /no service "quantum" here\n {2}next: it has (.+, )?iam, .*sts/)
})

test('inbox: tells what was sent, to everybody or to one', async () => {
  assert.equal((await here('inbox')).out, 'no messages\n')
  const { ports } = house.app.house
  await ports.sendMail({ to: 'ada@example.com', subject: 'Hello', text: 'one\ntwo\n' })
  await ports.sendSms({ to: '+12065550100', text: 'three' })
  const { out } = await here('inbox')
  assert.match(
    out,
    /^\S+Z {2}mail to ada@example\.com: Hello\n {2}one\n {2}two\n\n\S+Z {2}sms to \+1/,
  )
  assert.match(
    (await here('inbox', '+12065550100')).out,
    /^\S+Z {2}sms to \+12065550100\n {2}three\n$/,
  )
  assert.equal(JSON.parse((await here('inbox', '--json')).out).messages.length, 2)
})

test('clock: reads, moves, and says how far ahead', async () => {
  assert.match((await here('clock')).out, /^\d{4}-\S+Z \(0 s ahead of the real clock\)\n$/)
  assert.match((await here('clock', '+90m')).out, /\(5400 s ahead/)
  assert.equal(JSON.parse((await here('clock', '+30s', '--json')).out).offsetSeconds, 5_430)
})

test('why: the statement itself, near misses, and who needs no policy', async () => {
  const { iam } = house.as()
  await iam.send(new CreateUserCommand({ UserName: 'bob' }))
  const PolicyDocument = `{
  "Version": "2012-10-17",
  "Statement": [
    { "Sid": "Reads", "Effect": "Allow", "Action": [
        "iam:GetUser", ${Array.from({ length: 12 }, (_, n) => `"iam:ListSomething${n}"`).join(', ')}
      ], "Resource": "*" }, { "Effect": "Deny",
      "Action": "iam:DeleteUser", "Resource": "*" },
    { "Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*",
      "Condition": { "StringEquals": { "aws:PrincipalTag/team": "blue" } } }
  ]
}`
  const put = { UserName: 'bob', PolicyName: 'own', PolicyDocument }
  const made = await iam.send(new PutUserPolicyCommand(put))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }))
  const keys: Keys = {
    accessKeyId: AccessKey!.AccessKeyId!,
    secretAccessKey: AccessKey!.SecretAccessKey!,
  }
  const bob = house.as(keys).iam
  const explained = async (call: Promise<{ $metadata: { requestId?: string } }>) => {
    const { $metadata } = await call.catch((error) => error)
    const { code, out } = await here('why', $metadata.requestId!)
    assert.equal(code, 0)
    return out
  }
  const allowed = await explained(bob.send(new GetUserCommand({})))
  assert.match(
    allowed,
    /^GetUser \(iam\.amazonaws\.com\) at \S+\n {2}by \S+user\/bob\n {2}succeeded/,
  )
  assert.match(allowed, /identity-based policy: allows\n {4}Allow by "Reads" of own, line 4\n/)
  assert.match(allowed, /^ {6}4 \| \{ "Sid": "Reads", "Effect": "Allow", "Action": \[$/m)
  assert.equal(/^ {6}5 \| ( *"iam:GetUser", .*\.\.\.)$/m.exec(allowed)?.[1]?.length, 160)

  const denied = await explained(bob.send(new DeleteUserCommand({ UserName: 'bob' })))
  assert.match(denied, /refused: AccessDenied \(User: \S+user\/bob is not authorized/)
  assert.match(denied, /iam:DeleteUser on \S+user\/bob: explicitly denied/)
  assert.match(
    denied,
    /Deny by statement 2 of own, line 6\n {6}6 \| \{ "Effect": "Deny",\n {6}7 \| {1,7}"Action": "iam:DeleteUser", "Resource": "\*" \}\n/,
  )
  const missed = await explained(bob.send(new ListUsersCommand({})))
  assert.match(
    missed,
    /would apply, but StringEquals wants aws:PrincipalTag\/team blue, and it is not/,
  )
  const root = (await here('why', made.$metadata.requestId!)).out
  assert.match(root, /allowed\n {2}The root user of an account may do everything in it\.\n/)
  const json = JSON.parse((await here('why', made.$metadata.requestId!, '--json')).out)
  assert.equal(json.operation, 'PutUserPolicy')
})

test('why in observe mode: what would be denied was done all the same', async () => {
  const observing = await install('--auth', 'observe')
  furnish(observing)
  try {
    const { iam } = observing.as()
    await iam.send(new CreateUserCommand({ UserName: 'eve' }))
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'eve' }))
    const keys: Keys = {
      accessKeyId: AccessKey!.AccessKeyId!,
      secretAccessKey: AccessKey!.SecretAccessKey!,
    }
    const { $metadata } = await observing.as(keys).iam.send(new ListUsersCommand({}))
    const { out } = await sallyport('why', $metadata.requestId!, '--data', observing.data)
    assert.match(
      out,
      /succeeded\n\niam:ListUsers on \S+: not allowed\n {2}It was done all the same/,
    )
  } finally {
    await observing.close()
  }
})

test('backup and restore: the same installation elsewhere, with its own unseal key', async () => {
  await house.as().iam.send(new CreateUserCommand({ UserName: 'kept' }))
  const file = join(house.data, 'all.backup')
  const said = JSON.parse((await here('backup', file, '--json')).out)
  assert.equal(said.bytes, statSync(file).size)
  assert.equal(statSync(file).mode & 0o777, 0o600)

  const data = temporaryFolder('restored')
  const restored = await sallyport('restore', file, '--data', data)
  assert.equal(restored.code, 0, restored.err)
  assert.match(restored.out, /next: give it the unseal key .* sallyport start --data/)
  const twice = await sallyport('restore', file, '--data', data)
  assert.equal(twice.code, 1)
  assert.match(twice.err, /not empty.*\n {2}next: restore a whole backup into a new directory/)
  const broken = join(house.data, 'broken.backup')
  writeFileSync(broken, 'no backup at all')
  const elsewhere = temporaryFolder('restored')
  assert.equal((await sallyport('restore', broken, '--data', elsewhere)).code, 1)

  await assert.rejects(installAt({ data, admin: house.admin }, '--store', 'sqlite'))
  copyFileSync(join(house.data, 'unseal.key'), join(data, 'unseal.key'))
  const again = await installAt({ data, admin: house.admin }, '--store', 'sqlite')
  try {
    const { Users } = await again.as().iam.send(new ListUsersCommand({}))
    assert.ok(Users!.some(({ UserName }) => UserName === 'kept'))
  } finally {
    await again.close()
  }
})

test('doctor: user pools that could be safer', async () => {
  const { house: made } = house.app
  const send = async (operation: string, input: object) =>
    JSON.parse((await call(made, house.admin, 'cognito-idp', operation, input)).text)
  const { UserPool } = await send('CreateUserPool', { PoolName: 'people' })
  const of = { UserPoolId: UserPool.Id, ClientName: 'web' }
  const ExplicitAuthFlows = ['ALLOW_USER_PASSWORD_AUTH']
  await send('CreateUserPoolClient', { ...of, ExplicitAuthFlows })
  const told = new RegExp(
    `^careful user pool people \\(${UserPool.Id} of 0+\\) could be safer\\n +(.*)$`,
    'm',
  )
  const [, reasons] = told.exec((await here('doctor')).out)!
  assert.deepEqual(reasons!.split('; '), [
    'there is no second factor',
    'deletion protection is off',
    'strangers learn who has an account, from web',
    'anybody may send passwords through web, which could use SRP',
  ])
  await send('DeleteUserPool', { UserPoolId: UserPool.Id })
  assert.doesNotMatch((await here('doctor')).out, /user pool/)
})

test('doctor: what is good, what to consider, what is wrong', async () => {
  const well = await here('doctor')
  assert.equal(well.code, 0)
  assert.match(well.out, /^ok +data directory/m)
  assert.match(well.out, /^careful the unseal key lies beside the data/m)
  assert.match(well.out, new RegExp(`^ok +version \\S+ answers at ${house.url}: ok$`, 'm'))
  assert.doesNotMatch(well.out, /TLS|any key|observe|cannot be reached/)

  chmodSync(join(house.data, 'unseal.key'), 0o644)
  chmodSync(house.data, 0o755)
  const read = await here('doctor', '--json')
  chmodSync(join(house.data, 'unseal.key'), 0o600)
  chmodSync(house.data, 0o700)
  assert.equal(read.code, 1)
  const findings: { level: string; what: string; remedy?: string }[] = JSON.parse(read.out)
  const wrong = findings.filter(({ level }) => level === 'wrong')
  assert.match(wrong.map(({ what }) => what).join(), /^others may read the unseal key/)
  assert.ok(findings.some(({ what }) => what === 'others may look into the data directory'))
  for (const { level, remedy } of findings) assert.ok(level === 'good' || remedy !== undefined)

  const nowhere = await sallyport('doctor', '--data', join(house.data, 'nowhere'))
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.out, /there is no data directory/)
  assert.match(nowhere.out, /nothing answers at/)

  for (const [mode, text] of [
    ['open', /^careful it takes any key \(--auth open\)$/m],
    ['observe', /^careful it allows what policies deny \(--auth observe\)$/m],
  ] as const) {
    const loose = await install('--auth', mode)
    furnish(loose)
    assert.match((await sallyport('doctor', '--data', loose.data)).out, text)
    await loose.close()
  }
  const exposed = await install('--host', '0.0.0.0')
  furnish(exposed)
  const { out } = await sallyport('doctor', '--data', exposed.data)
  assert.match(out, /^careful it is reached over the network without TLS$/m)
  await exposed.close()

  const stranger = temporaryFolder('cli')
  writeCredentials(credentialsPath(stranger), { id: 'AKIAQAAAAAAAXXXXXXXX', secret: 'x' }, 'a')
  const strange = await sallyport('doctor', '--data', stranger, '--endpoint', house.url)
  assert.match(strange.out, /^careful its administrator cannot be reached from here: The security/m)

  const old = createServer((_, answer) => answer.end('{"status":"ok","version":"0.0.1"}'))
  await new Promise<void>((resolve) => old.listen(0, '127.0.0.1', resolve))
  const { port } = old.address() as AddressInfo
  const mixed = await here('doctor', '--endpoint', `http://127.0.0.1:${port}`)
  assert.match(mixed.out, /^careful this command is of version \S+, the installation of 0\.0\.1$/m)
  old.close()

  const levels = (free: number) => [...diskFindings(free)].map(({ level }) => level)
  assert.deepEqual([2e9, 5e8, 5e7].map(levels), [[], ['warning'], ['wrong']])
})

test('start: announces itself and its mode, keeps its secrets, ends on SIGTERM', async () => {
  const server = await startServer('--store', 'memory', '--auth', 'open')
  const { port } = new URL(server.url)
  const late = connect(Number(port), '127.0.0.1')
  const body = 'Action=GetCallerIdentity&Version=2011-06-15'
  let heard = ''
  late.on('data', (chunk) => {
    heard += chunk
  })
  try {
    assert.match(server.said(), /^WARNING: --auth open accepts keys that nobody made/)
    assert.equal(statSync(join(server.data, 'credentials')).mode & 0o777, 0o600)
    const data = temporaryFolder('cli')
    const again = await sallyport('start', '--port', port, '--store', 'memory', '--data', data)
    assert.equal(again.code, 1)
    assert.match(again.err, /port \d+ is taken\n {2}next: choose another with --port/)

    // A request of which half has come when the signal comes is answered.
    const type = 'Content-Type: application/x-www-form-urlencoded'
    late.write(
      `POST / HTTP/1.1\r\nHost: sts\r\n${type}\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n${body.slice(0, 9)}`,
    )
    while (!heard.includes('100 Continue')) await once(late, 'data')
  } finally {
    const ended = server.stop()
    // A client that keeps its connection busy does not hold up the end.
    const end = performance.now() + 10_000
    while (await fetch(server.url).then(Boolean, () => false))
      assert.ok(performance.now() < end, 'it goes on to answer')
    late.write(body.slice(9))
    late.end()
    assert.equal(await ended, 0)
  }
  assert.match(heard, /HTTP\/1\.1 403 Forbidden.*MissingAuthenticationToken/s)
})
