import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { actionCatalogue } from '../../src/access/actions.ts'
import { uniqueId } from '../../src/kernel/ids.ts'
import type { AnyOperation, Service } from '../../src/kernel/service.ts'
import type { Collection, Transaction } from '../../src/kernel/store.ts'
import type { Target } from '../../src/kernel/target.ts'
import { accessPreviews } from '../../src/services/accessanalyzer/access-preview-records.ts'
import { analyzers } from '../../src/services/accessanalyzer/analyzer-records.ts'
import { archiveRules } from '../../src/services/accessanalyzer/archive-rules.ts'
import { clients } from '../../src/services/cognito-idp/client-records.ts'
import { groups as peopleGroups } from '../../src/services/cognito-idp/groups.ts'
import { pools } from '../../src/services/cognito-idp/pool-records.ts'
import { users as people } from '../../src/services/cognito-idp/user-records.ts'
import { accessKeys } from '../../src/services/iam/access-key-records.ts'
import { groups } from '../../src/services/iam/group-records.ts'
import { instanceProfiles } from '../../src/services/iam/instance-profile-records.ts'
import { loginProfiles } from '../../src/services/iam/login-profile-records.ts'
import { managedPolicies } from '../../src/services/iam/managed-policy-records.ts'
import { mfaDevices } from '../../src/services/iam/mfa-device-records.ts'
import { roles } from '../../src/services/iam/role-records.ts'
import { serverCertificates } from '../../src/services/iam/server-certificate-records.ts'
import {
  serviceCredentials,
  signingCertificates,
  sshPublicKeys,
} from '../../src/services/iam/user-credential-records.ts'
import { users } from '../../src/services/iam/user-records.ts'
import { services } from '../../src/services/index.ts'
import { grants } from '../../src/services/kms/grant-records.ts'
import { aliases, keys as kmsKeys, materials } from '../../src/services/kms/key-records.ts'
import { eventConfigs as functionEventConfigs } from '../../src/services/lambda/event-invoke-configs.ts'
import {
  aliases as functionAliases,
  policies as functionPolicies,
  functions as functionRecords,
  versions as functionVersions,
} from '../../src/services/lambda/function-records.ts'
import { layers as functionLayers } from '../../src/services/lambda/layer-records.ts'
import {
  chunks as logChunks,
  groups as logGroups,
  streams as logStreams,
} from '../../src/services/logs/log-records.ts'
import { resourcePolicies as logPolicies } from '../../src/services/logs/resource-policies.ts'
import { accounts as members } from '../../src/services/organizations/account-records.ts'
import { handshakes } from '../../src/services/organizations/handshake-records.ts'
import { organizations as organizationRecords } from '../../src/services/organizations/organization-records.ts'
import { policies } from '../../src/services/organizations/policy-records.ts'
import { transfers } from '../../src/services/organizations/transfer-records.ts'
import { units } from '../../src/services/organizations/unit-records.ts'
import { type Installation, install, type Keys } from '../installation.ts'
import { type Answer, call } from '../raw-calls.ts'
import type { Row, World } from './authorization-rows.ts'
import { type Home, openAccountOf, permit, suites } from './authorization-world.ts'

/**
 * For every operation that is handled: who may not, may not, and nothing has changed; who may, by
 * the exact ARN, may; another account reaches nothing; a name that moves reaches nobody else.
 */

let house: Installation
before(async () => {
  house = await install()
})
after(() => house.close())

type Suite = (typeof suites)[number]
const open = () => openAccountOf(house)

/** All that the account holds, but for the tester's own policies. */
async function snapshot(world: World): Promise<unknown> {
  const owner = { account: world.account, region: 'us-east-1' }
  const store = house.app.store.storeFor(owner)
  const some = { limit: 1_000 }
  const all = await Promise.all([
    store.of(users).list(some),
    store.of(groups).list(some),
    store.of(roles).list(some),
    store.of(managedPolicies).list(some),
    store.of(instanceProfiles).list(some),
    store.of(mfaDevices).list(some),
    store.of(loginProfiles).list(some),
    store.of(sshPublicKeys).list(some),
    store.of(signingCertificates).list(some),
    store.of(serviceCredentials).list(some),
    store.of(serverCertificates).list(some),
    store.of(pools).list(some),
    store.of(clients).list(some),
    store.of(people).list(some),
    store.of(peopleGroups).list(some),
  ])
  const keys = await store.of(accessKeys).list(some)
  const organization = (await store.of(members).get([world.account]))?.organizationId
  const organized = await Promise.all([
    store.of(organizationRecords).list(some),
    store.of(members).list(some),
    store.of(units).list(some),
    store.of(policies).list(some),
    store.of(handshakes).list(some),
    store.of(transfers).list(some),
  ])
  const concerns = (record: object): boolean => {
    const text = JSON.stringify(record)
    return text.includes(world.account) || text.includes(organization ?? world.account)
  }
  const analyzing = await Promise.all([
    store.of(archiveRules).list(some),
    store.of(accessPreviews).list(some),
  ])
  // An analyzer notes what it has last looked at, whoever calls.
  const told = (await store.of(analyzers).list(some)).records.map(
    ({ lastResource: _, lastResourceAt: __, ...rest }) => rest,
  )
  const encrypting = await Promise.all([
    store.of(kmsKeys).list(some),
    store.of(aliases).list(some),
    store.of(materials).list(some),
    store.of(grants).list(some),
  ])
  const functions = await Promise.all([
    store.of(functionRecords).list(some),
    store.of(functionVersions).list(some),
    store.of(functionAliases).list(some),
    store.of(functionPolicies).list(some),
    store.of(functionLayers).list(some),
    store.of(functionEventConfigs).list(some),
  ])
  const logging = await Promise.all([
    store.of(logGroups).list(some),
    store.of(logStreams).list(some),
    store.of(logChunks).list(some),
    store.of(logPolicies).list(some),
  ])
  return [
    ...told,
    ...logging.flatMap(({ records }) => records as readonly object[]),
    ...functions.flatMap(({ records }) => records as readonly object[]),
    ...encrypting.flatMap(({ records }) => records as readonly object[]),
    ...analyzing.flatMap(({ records }) => records as readonly object[]),
    ...organized.flatMap(({ records }) => (records as readonly object[]).filter(concerns)),
    ...all.flatMap(({ records }) => records as readonly object[]),
    ...keys.records.filter(({ account }) => account === world.account),
  ].map((record) => ('name' in record && record.name === 'tester' ? 'tester' : record))
}

const send = (suite: Suite, keys: Keys, operation: string, input: object): Promise<Answer> =>
  call(house.app.house, keys, suite.service.name, operation, input)

const allowAll = { Effect: 'Allow', Action: '*', Resource: '*' }
const allow = ([Action, Resource]: readonly [string, string], more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
})
const deny = (decided: readonly [string, string], more: object = {}) => ({
  ...allow(decided, more),
  Effect: 'Deny',
})

/** Runs `with_` while the operation's targets pass through `between` on their way to decision. */
async function between(
  operation: AnyOperation,
  change: (targets: readonly Target[]) => Promise<void>,
  with_: () => Promise<void>,
): Promise<void> {
  const access = operation.access as { targets: AnyTargets }
  type AnyTargets = (input: unknown, read: unknown) => unknown
  const { targets } = access
  access.targets = async (input, read) => {
    const loaded = (await targets(input, read)) as readonly Target[]
    await change(loaded)
    return loaded
  }
  try {
    await with_()
  } finally {
    access.targets = targets
  }
}

/** What the service's actions begin with. */
function prefixOf({ name }: Service): string {
  const { signingName, actionPrefix = signingName } = services.find((one) => one.name === name)!
  return actionPrefix
}

for (const suite of suites) {
  const { service, rows } = suite
  describe(service.name, () => {
    test('every operation that is handled has a row here, and no other', () => {
      assert.deepEqual([...rows.keys()].sort(), Object.keys(service.operations).sort())
    })

    for (const [name, make] of rows) {
      const operation = service.operations[name]!
      test(`${name}: only who is allowed, in this account`, async () => {
        const home = await open()
        const row = await make(home)
        if (row.credential) {
          await permit(home, allowAll)
          const answer = await send(suite, home.tester, name, row.input)
          assert.match(answer.code, /^InvalidIdentityToken$/, answer.text)
          return
        }
        if (row.everybody) {
          await permit(home, { ...allowAll, Effect: 'Deny' })
          assert.equal((await send(suite, home.tester, name, row.input)).status, 200)
          return
        }
        const before = await snapshot(home)
        await isRefusedEverywhere(suite, name, row, home)
        await isOutOfReach(suite, name, row)
        assert.deepEqual(await snapshot(home), before, 'a refused call changed something')

        const asked: (readonly [string, string])[] = []
        const note = async (targets: readonly Target[]) => {
          for (const { action = `${prefixOf(service)}:${name}`, resource } of targets)
            asked.push([action, resource])
        }
        const Condition = { StringEquals: { 'aws:ResourceTag/team': 'blue' } }
        await permit(
          home,
          ...row.decides.map((decided, i) =>
            allow(decided, row.tagged && i === 0 ? { Condition } : {}),
          ),
        )
        await between(operation, note, async () => {
          const answer = await send(suite, home.tester, name, row.input)
          assert.equal(answer.code, row.answers ?? '', answer.text)
        })
        assert.deepEqual(asked.toSorted(), row.decides.toSorted())
      })

      if (operation.access.kind === 'iam')
        for (const how of ['deleted', 'renamed'] as const)
          test(`${name}: what is ${how} meanwhile is nobody else`, () => race(suite, name, how))
    }
  })
}

/** No policy, each decision denied or left out, another resource, a tag: each alone refuses. */
async function isRefusedEverywhere(suite: Suite, name: string, row: Row, home: Home) {
  const refuses = async (why: string) => {
    const answer = await send(suite, home.tester, name, row.input)
    assert.match(answer.code, /^AccessDenied(Exception)?$/, `${why}: ${answer.text}`)
    assert.match(answer.message, /is not authorized to perform/, why)
  }
  await refuses('no policy')
  for (const decided of row.decides) {
    await permit(home, allowAll, deny(decided))
    await refuses(`explicit deny of ${decided.join(' on ')}`)
    const others = row.decides.filter((other) => other !== decided)
    const [action, resource] = decided
    const elsewhere = /(^\*|:root)$/.test(resource) ? 'arn:aws:iam::*:user/none' : `${resource}x`
    await permit(home, ...others.map((other) => allow(other)), allow([action, elsewhere]))
    await refuses(`${action} only elsewhere`)
  }
  if (row.tagged)
    for (const key of ['aws:ResourceTag/team', 'iam:ResourceTag/team']) {
      const Condition = { StringEquals: { [key]: 'blue' } }
      await permit(home, allowAll, deny(['*', '*'], { Condition }))
      await refuses(`deny by ${key}`)
    }
  await permit(home)
  await refuses('the policy is gone')
}

/** An administrator of another account, where everything has the same names. */
async function isOutOfReach(suite: Suite, name: string, row: Row): Promise<void> {
  if (row.firstComes) return
  const abroad = await open()
  await suite.rows.get(name)!(abroad)
  await permit(abroad, allowAll)
  const answer = await send(suite, abroad.tester, name, row.input)
  assert.ok(answer.status < 500, answer.text)
  const ours = [
    ...JSON.stringify(row.input).matchAll(
      /\b1\d{11}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|A(?:[KS]IA|PKA|CCA)[A-Z2-7]{16}|us-east-1_[A-Za-z0-9]{9}|"[A-Z2-7]{32}"|"(?:r|ou|p|h|car|rt|cks)-[a-z0-9-]+"/g,
    ),
  ]
  if (row.anyAccount) return
  if (ours.length > 0 || 'EncodedMessage' in row.input || 'TradeInToken' in row.input)
    assert.notEqual(answer.status, 200, `${name} reached into another account`)
  else assert.equal(answer.code, row.answers ?? '', answer.text)
}

const collections: Readonly<Record<string, Collection<{ id: string; name: string }>>> = {
  AIDA: users,
  AGPA: groups,
  AROA: roles,
  ANPA: managedPolicies,
  AIPA: instanceProfiles,
  AMFA: mfaDevices,
  ASCA: serverCertificates,
} as never

/** Somebody else takes the name between decision and action. */
async function race(suite: Suite, name: string, how: 'deleted' | 'renamed'): Promise<void> {
  const home = await open()
  const row = await suite.rows.get(name)!(home)
  await permit(home, allowAll)
  const store = house.app.store.storeFor({ account: home.account, region: 'us-east-1' })
  const successors = new Map<string, { id: string; name: string }>()
  const takeOver = async (tx: Transaction, old: { id: string; name: string }) => {
    const prefix = old.id.slice(0, 4)
    const records = tx.of(collections[prefix]!)
    if (how === 'deleted' || prefix === 'ANPA') await records.delete([old.id])
    else await records.update([old.id], (record) => ({ ...record, name: `${record.name}-before` }))
    const successor = {
      ...old,
      id: uniqueId(prefix as 'AIDA', house.app.house.random),
      attached: [],
      inline: {},
    }
    await records.create(successor)
    successors.set(successor.id, successor)
  }
  const change = async (targets: readonly Target[]) => {
    const loaded = new Map<string, { id: string; name: string }>()
    for (const { record } of targets) {
      const { id, name } = (record ?? {}) as { id?: string; name?: string }
      if (id !== undefined && name !== undefined && id.slice(0, 4) in collections)
        loaded.set(id, (await stored(id))!)
    }
    await store.transaction(async (tx) => {
      for (const record of loaded.values()) await takeOver(tx, record)
    })
  }
  const stored = (id: string) => store.of(collections[id.slice(0, 4)]!).get([id])
  const operation = suite.service.operations[name]!
  await between(operation, change, async () => {
    const answer = await send(suite, home.tester, name, row.input)
    const changes = !/^(Get|List|Decode|Describe|Lookup|Simulate)/.test(name)
    if (row.answers !== undefined) assert.equal(answer.code, row.answers)
    else if (answer.code !== '') {
      assert.ok(successors.size > 0, answer.text)
      assert.equal(answer.code, row.gone ?? 'NoSuchEntity', answer.text)
    } else if (changes && how === 'deleted' && successors.size > 0)
      assert.ok(row.outlives, 'it succeeded on something that was gone')
  })
  for (const [id, successor] of successors) assert.deepEqual(await stored(id), successor)
}

test('every action that is decided is one of the catalogue', async () => {
  const catalogue = await actionCatalogue()
  const asked = new Set<string>()
  for (const { name: folder, signingName, actionPrefix = signingName, load } of services) {
    const { operations }: Service = await load()
    for (const operation of Object.values(operations))
      if (operation!.access.kind === 'iam') asked.add(`${actionPrefix}:${operation!.name}`)
    const home = new URL(`../../src/services/${folder}/`, import.meta.url)
    for (const file of readdirSync(home, { recursive: true }).map(String))
      if (/(?<!\.test)\.ts$/.test(file))
        for (const [, action] of readFileSync(new URL(file, home), 'utf8').matchAll(
          /action: '([a-z0-9-]+:[A-Za-z0-9]+)'/g,
        ))
          asked.add(action!)
  }
  assert.ok(asked.has('iam:PassRole') && asked.size > 80)
  // Decided as InvokeFunction.
  asked.delete('lambda:Invoke')
  // Decided as GetLayerVersion.
  asked.delete('lambda:GetLayerVersionByArn')
  // Decided as ReEncryptFrom and ReEncryptTo.
  asked.delete('kms:ReEncrypt')
  // Decided as GetFinding and ListFindings.
  asked.delete('access-analyzer:GetFindingV2')
  asked.delete('access-analyzer:ListFindingsV2')
  // It has no action of its own: IAM decides the actions that make the role.
  asked.delete('iam:AcquireRole')
  const unknown = [...asked].filter((action) => catalogue.actionFacts(action)?.action !== action)
  assert.deepEqual(unknown, [])
})
