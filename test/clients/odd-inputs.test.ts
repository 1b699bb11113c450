import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { services } from '../../src/services/index.ts'
import { type Installation, install } from '../installation.ts'
import { call } from '../raw-calls.ts'

/** Every operation with inputs that fit its shape more or less: never a fault. */

interface Shape {
  readonly required?: readonly string[]
  readonly members?: Readonly<Record<string, string>>
  readonly enum?: readonly string[]
  readonly of?: string
  readonly min?: number
  readonly max?: number
  readonly integer?: boolean
}

/** A small generator of chance (mulberry32), so that what fails fails again. */
function chance(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const number = (below: number) => Math.floor(next() * below)
  return { number, of: <T>(list: readonly T[]): T => list[number(list.length)]! }
}

const odd: readonly unknown[] = [
  '',
  ' ',
  'a',
  '__proto__',
  'constructor',
  '../..',
  '\u0000',
  '💥'.repeat(40),
  'x'.repeat(3_000),
  '{"a":',
  '-1',
  'arn:aws:iam::000000000000:role/none',
  'arn:aws:lambda:us-east-1:000000000000:function:none',
  'AAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  0,
  -1,
  1,
  2 ** 31,
  1e300,
  true,
  null,
  [],
  {},
  [null],
  { __proto__: null, a: 1 },
]

let house: Installation
/** Values that lead further than to "not found". */
const real: Record<string, readonly string[]> = {}

before(async () => {
  house = await install()
  const { url: endpoint, admin: credentials } = house
  const idp = new CognitoIdentityProvider({ endpoint, region: 'us-east-1', credentials })
  const { UserPool } = await idp.createUserPool({ PoolName: 'people', UserPoolTier: 'PLUS' })
  const UserPoolId = UserPool!.Id!
  const { UserPoolClient } = await idp.createUserPoolClient({
    UserPoolId,
    ClientName: 'web',
    ExplicitAuthFlows: [
      'ALLOW_USER_PASSWORD_AUTH',
      'ALLOW_USER_SRP_AUTH',
      'ALLOW_USER_AUTH',
      'ALLOW_CUSTOM_AUTH',
      'ALLOW_REFRESH_TOKEN_AUTH',
    ],
  })
  const ClientId = UserPoolClient!.ClientId!
  const user = { UserPoolId, Username: 'ada' }
  await idp.adminCreateUser({ ...user, MessageAction: 'SUPPRESS' })
  const Password = 'Permanent-1'
  await idp.adminSetUserPassword({ ...user, Password, Permanent: true })
  const { AuthenticationResult: tokens } = await idp.initiateAuth({
    ClientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'ada', PASSWORD: Password },
  })
  idp.destroy()
  Object.assign(real, {
    UserPoolId: [UserPoolId],
    ClientId: [ClientId],
    Username: ['ada', 'bob', 'nobody'],
    AccessToken: [tokens!.AccessToken!],
    RefreshToken: [tokens!.RefreshToken!],
    Token: [tokens!.RefreshToken!],
    Password: [Password],
    GroupName: ['readers'],
    KeyId: ['alias/aws/sns', 'alias/none'],
    logGroupName: ['group'],
    logStreamName: ['stream'],
  })
})
after(() => house.close())

type Draw = ReturnType<typeof chance>

function drawn(
  shapes: Readonly<Record<string, Shape>>,
  name: string,
  member: string,
  draw: Draw,
  depth: number,
): unknown {
  if (draw.number(25) === 0) return draw.of(odd)
  const known = real[member]
  if (known !== undefined && draw.number(10) > 0) return draw.of(known)
  const shape = shapes[name]
  if (shape === undefined || depth > 5) return draw.of(odd)
  if (shape.enum !== undefined) return draw.of(shape.enum)
  if (shape.members !== undefined) return structureOf(shapes, shape, draw, depth + 1)
  if (shape.of !== undefined)
    return Array.from({ length: draw.number(3) }, () =>
      drawn(shapes, shape.of!, '', draw, depth + 1),
    )
  if (shape.integer) return draw.of([shape.min ?? 0, shape.max ?? 10, 1, 60])
  return draw.of(['a', 'email', 'custom:a', 'A-1', 'ada@example.com', '+12065550100', 'name'])
}

function structureOf(
  shapes: Readonly<Record<string, Shape>>,
  { members = {}, required = [] }: Shape,
  draw: Draw,
  depth = 0,
): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const member of new Set([...required, ...Object.keys(members)])) {
    const wanted = required.includes(member) ? draw.number(40) > 0 : draw.number(3) === 0
    if (wanted) out[member] = drawn(shapes, members[member] ?? '', member, draw, depth)
  }
  return out
}

const rounds = Number(process.env.ODD_ROUNDS ?? 60)
/** A client that makes paths cannot send everything. */
function unsendable(error: Error): undefined {
  assert.match(error.stack!, /node_modules\/@(smithy|aws-sdk)/)
}

/** What would take the ground from under the others. */
const leaveOut = new Set([
  'DeleteUserPool',
  'DeleteUserPoolClient',
  'DeleteUser',
  'AdminDeleteUser',
])

for (const entry of services.filter(({ constraints }) => constraints !== undefined))
  test(`${entry.name}: odd inputs are refused, not stumbled over`, async () => {
    const { operations } = await entry.load()
    const { default: file } = (await entry.constraints!()) as unknown as {
      readonly default: {
        readonly operations: Readonly<Record<string, string>>
        readonly shapes: Readonly<Record<string, Shape>>
      }
    }
    const faults: string[] = []
    const draw = chance(20_261_121)
    for (const name of Object.keys(operations).filter((one) => !leaveOut.has(one))) {
      const shape = file.shapes[file.operations[name] ?? ''] ?? {}
      for (let round = 0; round < rounds; round++) {
        const input = structureOf(file.shapes, shape, draw)
        const answer = await call(house.app.house, house.admin, entry.name, name, input).catch(
          unsendable,
        )
        if (answer !== undefined && answer.status >= 500 && answer.status !== 501)
          faults.push(
            `${name} ${JSON.stringify(input).slice(0, 400)}: ${answer.text.slice(0, 200)}`,
          )
      }
    }
    assert.deepEqual(faults, [])
  })
