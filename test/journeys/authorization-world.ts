import assert from 'node:assert/strict'
import type { Service } from '../../src/kernel/service.ts'
import { service as accessanalyzer } from '../../src/services/accessanalyzer/service.ts'
import { service as cloudtrail } from '../../src/services/cloudtrail/service.ts'
import { service as cognito } from '../../src/services/cognito-idp/service.ts'
import { accessKeys } from '../../src/services/iam/access-key-records.ts'
import { newAccessKey } from '../../src/services/iam/access-keys.ts'
import { service as iam } from '../../src/services/iam/service.ts'
import { service as kms } from '../../src/services/kms/service.ts'
import { service as lambda } from '../../src/services/lambda/service.ts'
import { service as logs } from '../../src/services/logs/service.ts'
import { service as organizations } from '../../src/services/organizations/service.ts'
import { encodeAuthorizationMessage } from '../../src/services/sts/identity.ts'
import { service as sts } from '../../src/services/sts/service.ts'
import type { Installation, Keys } from '../installation.ts'
import { call } from '../raw-calls.ts'
import {
  cloudtrailRows,
  document,
  furnish,
  iamRows,
  type Making,
  stsRows,
  type World,
} from './authorization-rows.ts'
import { accessAnalyzerRows } from './authorization-rows-accessanalyzer.ts'
import { policyCheckRows } from './authorization-rows-accessanalyzer-checks.ts'
import { cognitoRows } from './authorization-rows-cognito-idp.ts'
import { credentialRows } from './authorization-rows-credentials.ts'
import { federationRows, federationStsRows } from './authorization-rows-federation.ts'
import { functionRows } from './authorization-rows-functions.ts'
import { kmsRows } from './authorization-rows-kms.ts'
import { logRows } from './authorization-rows-logs.ts'
import { organizationsRows } from './authorization-rows-organizations.ts'
import { delegationStsRows, reportRows } from './authorization-rows-reports.ts'

/** A service whose operations have rows, and the rows. */
export interface Suite {
  readonly service: Service
  readonly rows: ReadonlyMap<string, Making>
  /** No row is about users, roles or policies: accounts begin without. */
  readonly bare?: boolean
}

/** Every service whose operations have rows, and the rows. */
export const suites: readonly Suite[] = [
  {
    service: iam,
    rows: new Map([...iamRows, ...credentialRows, ...federationRows, ...reportRows]),
  },
  {
    service: sts,
    rows: new Map([...stsRows, ...federationStsRows, ...delegationStsRows]),
  },
  { service: cloudtrail, rows: cloudtrailRows },
  { service: organizations, rows: organizationsRows, bare: true },
  { service: kms, rows: kmsRows, bare: true },
  { service: lambda, rows: functionRows },
  { service: logs, rows: logRows, bare: true },
  { service: cognito, rows: cognitoRows, bare: true },
  { service: accessanalyzer, rows: new Map([...accessAnalyzerRows, ...policyCheckRows]) },
]

let accounts = 100_000_000_000

export interface Home extends World {
  /** Keys of a user who may what the test says, and nothing else. */
  readonly tester: Keys
}

/**
 * Opens an account, as an organization would: a key of its root, and a tester.
 * @param furnished with one of everything of iam in it
 */
export async function openAccountOf(house: Installation, furnished = true): Promise<Home> {
  const account = String(accounts++)
  const { clock, random } = house.app.house
  const now = () => new Date(clock.now())
  const store = house.app.store.storeFor({ account, region: 'us-east-1' })
  const key = newAccessKey(account, account, { random, now })
  await store.transaction((tx) => tx.of(accessKeys).create(key))
  const root = { accessKeyId: key.id, secretAccessKey: key.secret }
  const send = async (operation: string, input: object) => {
    const answer = await call(house.app.house, root, 'iam', operation, input)
    assert.equal(answer.status, 200, `${operation}: ${answer.text}`)
    return answer.text
  }
  let keyId: Promise<string> | undefined
  const world: World = {
    account,
    app: house.app,
    send,
    async organize(operation, input) {
      const answer = await call(house.app.house, root, 'organizations', operation, input)
      assert.equal(answer.status, 200, `${operation}: ${answer.text}`)
      return JSON.parse(answer.text || '{}')
    },
    async analyze(operation, input) {
      const answer = await call(house.app.house, root, 'accessanalyzer', operation, input)
      assert.equal(answer.status, 200, `${operation}: ${answer.text}`)
      return JSON.parse(answer.text || '{}')
    },
    async kms(operation, input) {
      const answer = await call(house.app.house, root, 'kms', operation, input)
      assert.equal(answer.status, 200, `${operation}: ${answer.text}`)
      return JSON.parse(answer.text || '{}')
    },
    async functions(operation, input) {
      const answer = await call(house.app.house, root, 'lambda', operation, input)
      assert.ok(answer.status < 300, `${operation}: ${answer.text}`)
      return JSON.parse(answer.text || '{}')
    },
    async logs(operation, input) {
      const answer = await call(house.app.house, root, 'logs', operation, input)
      assert.equal(answer.status, 200, `${operation}: ${answer.text}`)
      return JSON.parse(answer.text || '{}')
    },
    async people(operation, input) {
      const answer = await call(house.app.house, root, 'cognito-idp', operation, input)
      assert.equal(answer.status, 200, `${operation}: ${answer.text}`)
      return JSON.parse(answer.text || '{}')
    },
    neighbour: () => openAccountOf(house, furnished),
    keyOfU: () => {
      keyId ??= keysOf(world, 'u').then((keys) => keys.accessKeyId)
      return keyId
    },
    authorizationMessage: () =>
      encodeAuthorizationMessage({ allowed: false }, account, {
        ports: house.app.house.ports,
        now,
      }),
  }
  await send('CreateUser', { UserName: 'tester' })
  const tester = await keysOf(world, 'tester')
  if (furnished) await furnish(world)
  return { ...world, tester }
}

async function keysOf(world: World, UserName: string): Promise<Keys> {
  const text = await world.send('CreateAccessKey', { UserName })
  return {
    accessKeyId: /<AccessKeyId>(.*?)</.exec(text)![1]!,
    secretAccessKey: /<SecretAccessKey>(.*?)</.exec(text)![1]!,
  }
}

/** Gives the tester these statements and no others. */
export async function permit(world: World, ...statements: object[]): Promise<void> {
  const name = { UserName: 'tester', PolicyName: 'test' }
  if (statements.length > 0)
    await world.send('PutUserPolicy', { ...name, PolicyDocument: document(...statements) })
  else await world.send('DeleteUserPolicy', name)
}
