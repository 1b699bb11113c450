/**
 * What signing in to a user pool costs beside its bare cryptography, in microseconds of CPU. The work of
 * the client is left out: it is done between the calls that are measured.
 */
import {
  createDiffieHellman,
  createHash,
  createHmac,
  generateKeyPairSync,
  hkdfSync,
  sign,
} from 'node:crypto'
import { hashPassword } from '../src/crypto/passwords.ts'
import { srpGroup } from '../src/crypto/srp.ts'
import type { HttpRequest } from '../src/kernel/http.ts'
import { systemRandom } from '../src/kernel/random.ts'
import { openInProcess, requestOf } from './in-process.ts'
import { signedJson } from './signed-request.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers as they come
type Loose = any

const target = 'AWSCognitoIdentityProviderService'
const password = 'Permanent-1'
const rounds = Number(process.argv[2] ?? 400)
const { admin, answer, each, close } = await openInProcess()

/** Microseconds of CPU a piece, threads of the pool included. */
async function cpu(count: number, one: (at: number) => Promise<unknown> | unknown) {
  const before = process.cpuUsage()
  await each(count, async (at) => one(at))
  const used = process.cpuUsage(before)
  return (used.user + used.system) / count
}

const asAdmin = (operation: string, input: object): Promise<Loose> =>
  answer(requestOf(signedJson('cognito-idp', `${target}.${operation}`, input, admin, 4566)))

const open = (operation: string, input: object): Promise<Loose> => {
  const request: HttpRequest = {
    method: 'POST',
    path: '/',
    query: '',
    headers: {
      host: 'localhost',
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${target}.${operation}`,
    },
    body: Buffer.from(JSON.stringify(input)),
  }
  return answer(request)
}

const { UserPool } = await asAdmin('CreateUserPool', { PoolName: 'people' })
const UserPoolId: string = UserPool.Id
const Scopes = [{ ScopeName: 'read', ScopeDescription: 'reads' }]
await asAdmin('CreateResourceServer', { UserPoolId, Identifier: 'books', Name: 'books', Scopes })
const { UserPoolClient: app } = await asAdmin('CreateUserPoolClient', {
  UserPoolId,
  ClientName: 'app',
  ExplicitAuthFlows: ['USER_PASSWORD', 'USER_SRP', 'REFRESH_TOKEN'].map((f) => `ALLOW_${f}_AUTH`),
})
const { UserPoolClient: machine } = await asAdmin('CreateUserPoolClient', {
  UserPoolId,
  ClientName: 'machine',
  GenerateSecret: true,
  ExplicitAuthFlows: ['ALLOW_CLIENT_TOKEN_AUTH'],
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthFlows: ['client_credentials'],
  AllowedOAuthScopes: ['books/read'],
})
const { ClientId } = app
const names = Array.from({ length: 50 }, (_, at) => `user${at}`)
for (const Username of names) {
  await asAdmin('AdminCreateUser', { UserPoolId, Username, MessageAction: 'SUPPRESS' })
  const user = { UserPoolId, Username, Password: password, Permanent: true }
  await asAdmin('AdminSetUserPassword', user)
}
const nameAt = (at: number) => names[at % names.length]!

const { N, padded } = srpGroup
const group = createDiffieHellman(Buffer.from(N.toString(16), 'hex'), 2)
const hex = (value: bigint) =>
  value.toString(16).padStart(2 * Math.ceil(value.toString(16).length / 2), '0')
const power = (base: bigint, exponent: bigint): bigint => {
  group.setPrivateKey(Buffer.from(hex(exponent), 'hex'))
  return BigInt(`0x${group.computeSecret(Buffer.from(hex(base), 'hex')).toString('hex')}`)
}
const hash = (...parts: readonly (string | Uint8Array)[]) => {
  const sum = createHash('sha256')
  for (const part of parts) sum.update(part)
  return sum.digest()
}
const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
const k = number(hash(padded(N), padded(2n)))
const a = number(systemRandom.bytes(32))
const A = power(2n, a)
const stamp = 'Tue Sep 5 04:05:06 UTC 2026'

/** What the client answers to PASSWORD_VERIFIER. */
function claimOf({ SALT, SRP_B, SECRET_BLOCK, USER_ID_FOR_SRP }: Record<string, string>) {
  const identity = UserPoolId.split('_')[1]! + USER_ID_FOR_SRP
  const x = number(hash(padded(BigInt(`0x${SALT}`)), hash(identity, ':', password)))
  const B = BigInt(`0x${SRP_B}`)
  const u = number(hash(padded(A), padded(B)))
  const base = (((B - k * power(2n, x)) % N) + N) % N
  const S = power(base, a + u * x)
  const key = hkdfSync('sha256', padded(S), padded(u), 'Caldera Derived Key', 16)
  const mac = createHmac('sha256', new Uint8Array(key)).update(identity)
  mac.update(Buffer.from(SECRET_BLOCK!, 'base64')).update(stamp)
  return {
    USERNAME: USER_ID_FOR_SRP!,
    PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK!,
    PASSWORD_CLAIM_SIGNATURE: mac.digest('base64'),
    TIMESTAMP: stamp,
  }
}

const start = (AuthFlow: string, AuthParameters: object) =>
  open('InitiateAuth', { ClientId, AuthFlow, AuthParameters })

async function srp(count: number): Promise<number> {
  const asked: Loose[] = []
  const first = await cpu(count, async (at) => {
    asked[at] = await start('USER_SRP_AUTH', { USERNAME: nameAt(at), SRP_A: A.toString(16) })
  })
  const claims = asked.map(({ ChallengeParameters }) => claimOf(ChallengeParameters))
  const second = await cpu(count, (at) =>
    open('RespondToAuthChallenge', {
      ClientId,
      ChallengeName: 'PASSWORD_VERIFIER',
      ChallengeResponses: claims[at],
    }),
  )
  return first + second
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
const text = Buffer.alloc(600, 7)
const rs256 = () =>
  new Promise<void>((done, failed) =>
    sign('sha256', text, privateKey, (error) => (error ? failed(error) : done())),
  )
const exponent = number(systemRandom.bytes(32))
const bare = {
  rs256: await cpu(2_000, rs256),
  power: await cpu(300, () => power(A, exponent)),
  argon2: await cpu(200, () => hashPassword(password, systemRandom.bytes(16))),
}

const { AuthenticationResult: tokens } = await start('USER_PASSWORD_AUTH', {
  USERNAME: 'user0',
  PASSWORD: password,
})
await srp(50)
const rows: readonly (readonly [string, number, number])[] = [
  ['SRP sign-in (2 calls)', await srp(rounds), 3 * bare.power + 2 * bare.rs256],
  [
    'password sign-in',
    await cpu(rounds, (at) =>
      start('USER_PASSWORD_AUTH', { USERNAME: nameAt(at), PASSWORD: password }),
    ),
    bare.argon2 + 2 * bare.rs256,
  ],
  [
    'refresh',
    await cpu(rounds * 5, () =>
      start('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: tokens.RefreshToken }),
    ),
    2 * bare.rs256,
  ],
  [
    'client credentials',
    await cpu(rounds * 5, () =>
      open('GetClientToken', { ClientId: machine.ClientId, Secret: machine.ClientSecret }),
    ),
    bare.rs256,
  ],
]
console.log('| in a user pool | microseconds of CPU | bare cryptography | ratio |')
console.log('|---|--:|--:|--:|')
for (const [name, ours, theirs] of rows)
  console.log(
    `| ${name} | ${ours.toFixed(0)} | ${theirs.toFixed(0)} | ${(theirs / ours).toFixed(2)} |`,
  )
await close()
