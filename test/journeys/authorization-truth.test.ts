import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { actionCatalogue } from '../../src/access/actions.ts'
import { uniqueId } from '../../src/kernel/ids.ts'
import type { AnyOperation, Service } from '../../src/kernel/service.ts'
import type { Collection, Transaction } from '../../src/kernel/store.ts'
import type { Target } from '../../src/kernel/target.ts'
import { groups } from '../../src/services/iam/group-records.ts'
import { instanceProfiles } from '../../src/services/iam/instance-profile-records.ts'
import { managedPolicies } from '../../src/services/iam/managed-policy-records.ts'
import { mfaDevices } from '../../src/services/iam/mfa-device-records.ts'
import { roles } from '../../src/services/iam/role-records.ts'
import { serverCertificates } from '../../src/services/iam/server-certificate-records.ts'
import { users } from '../../src/services/iam/user-records.ts'
import { services } from '../../src/services/index.ts'
import { type Installation, install, type Keys } from '../installation.ts'
import { type Answer, call } from '../raw-calls.ts'
import type { Row } from './authorization-rows.ts'
import { snapshot } from './authorization-snapshot.ts'
import { type Home, openAccountOf, permit, type Suite, suites } from './authorization-world.ts'

/**
 * For every operation that is handled: who may not, may not, and nothing has changed; who may, by
 * the exact ARN, may; another account reaches nothing; a name that moves reaches nobody else.
 */

/** The one that the suite under way walks: what others have left behind makes its lists no longer. */
let house: Installation
const open = ({ bare = false }: Suite) => openAccountOf(house, !bare)

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

/** What the operation decides on while this runs. */
async function loadedDuring(
  operation: AnyOperation,
  run: () => Promise<void>,
): Promise<readonly Target[]> {
  const loaded: Target[] = []
  if (operation.access.kind !== 'iam') await run()
  else await between(operation, async (targets) => void loaded.push(...targets), run)
  return loaded
}

for (const suite of suites) {
  const { service, rows } = suite
  describe(service.name, () => {
    before(async () => {
      house = await install()
    })
    after(() => house.close())

    test('every operation that is handled has a row here, and no other', () => {
      assert.deepEqual([...rows.keys()].sort(), Object.keys(service.operations).sort())
    })

    for (const name of rows.keys())
      test(`${name}: only who is allowed, in this account`, async (t) => {
        const loaded = await isDecided(suite, name)
        if (loaded.some((target) => movableIn(target) !== undefined))
          for (const how of ['deleted', 'renamed'] as const)
            await t.test(`what is ${how} meanwhile is nobody else`, () => race(suite, name, how))
      })
  })
}

/** Refused without what the row tells, allowed with it; answers what was decided on. */
async function isDecided(suite: Suite, name: string): Promise<readonly Target[]> {
  const { service, rows } = suite
  const operation = service.operations[name]!
  const home = await open(suite)
  const row = await rows.get(name)!(home)
  if (row.credential) {
    await permit(home, allowAll)
    return loadedDuring(operation, async () => {
      const answer = await send(suite, home.tester, name, row.input)
      assert.match(answer.code, /^InvalidIdentityToken$/, answer.text)
    })
  }
  if (row.everybody) {
    await permit(home, { ...allowAll, Effect: 'Deny' })
    return loadedDuring(operation, async () => {
      assert.equal((await send(suite, home.tester, name, row.input)).status, 200)
    })
  }
  const before = await snapshot(home)
  await isRefusedEverywhere(suite, name, row, home)
  await isOutOfReach(suite, name, row)
  assert.deepEqual(await snapshot(home), before, 'a refused call changed something')

  const Condition = { StringEquals: { 'aws:ResourceTag/team': 'blue' } }
  await permit(
    home,
    ...row.decides.map((decided, i) => allow(decided, row.tagged && i === 0 ? { Condition } : {})),
  )
  const loaded = await loadedDuring(operation, async () => {
    const answer = await send(suite, home.tester, name, row.input)
    assert.equal(answer.code, row.answers ?? '', answer.text)
  })
  const own = `${prefixOf(service)}:${name}`
  const asked = loaded.map(({ action = own, resource }) => [action, resource])
  assert.deepEqual(asked.toSorted(), row.decides.toSorted())
  return loaded
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
  const abroad = await open(suite)
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

const collections: Readonly<Record<string, Collection<Named>>> = {
  AIDA: users,
  AGPA: groups,
  AROA: roles,
  ANPA: managedPolicies,
  AIPA: instanceProfiles,
  AMFA: mfaDevices,
  ASCA: serverCertificates,
} as never

interface Named {
  readonly id: string
  readonly name: string
}

/** What of a target has a name that another one can take over. */
function movableIn({ record }: Target): Named | undefined {
  const { id, name } = (record ?? {}) as Partial<Named>
  const movable = id !== undefined && name !== undefined && id.slice(0, 4) in collections
  return movable ? { id, name } : undefined
}

/** Somebody else takes the name between decision and action. */
async function race(suite: Suite, name: string, how: 'deleted' | 'renamed'): Promise<void> {
  const home = await open(suite)
  const row = await suite.rows.get(name)!(home)
  await permit(home, allowAll)
  const store = house.app.store.storeFor({ account: home.account, region: 'us-east-1' })
  const successors = new Map<string, Named>()
  const takeOver = async (tx: Transaction, old: Named) => {
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
    const loaded = new Map<string, Named>()
    for (const target of targets) {
      const { id } = movableIn(target) ?? {}
      if (id !== undefined) loaded.set(id, (await stored(id))!)
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
