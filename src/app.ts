import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import packageFacts from '../package.json' with { type: 'json' }
import { actionCatalogue } from './access/actions.ts'
import { Background } from './app/background.ts'
import { Control } from './app/barrier-control.ts'
import { guardedPorts } from './app/guarded-ports.ts'
import { inventoryOf } from './app/inventory.ts'
import { knowledge } from './app/knowledge.ts'
import { messengers } from './app/messengers.ts'
import { adoptOrphans } from './app/orphans.ts'
import { resetStore } from './app/reset.ts'
import { trustOf } from './app/trust.ts'
import { unsealOf } from './app/unsealing.ts'
import { RecordedActivity } from './audit/activity.ts'
import { keepLog } from './audit/housekeeping.ts'
import { AuditLog } from './audit/log.ts'
import { type Config, storeUrl } from './config.ts'
import { passwordsAt, today } from './crypto/passwords.ts'
import { Credentials } from './gateway/credentials.ts'
import { EpochCache } from './gateway/epoch-cache.ts'
import type { House } from './gateway/house.ts'
import { innerCall } from './gateway/inner-call.ts'
import { type Listening, listen } from './gateway/listen.ts'
import type { LoadedService } from './gateway/loaded-service.ts'
import { Memberships } from './gateway/memberships.ts'
import { Metrics } from './gateway/metrics.ts'
import { Throttle } from './gateway/throttle.ts'
import { testClock } from './kernel/clock.ts'
import type { ServiceEntry } from './kernel/directory.ts'
import type { Guardrails } from './kernel/guardrails.ts'
import { refuseInside } from './kernel/inside.ts'
import type { Log, Passwords, Ports, Random, Seal } from './kernel/ports.ts'
import type { PrincipalDirectory, SessionClaims } from './kernel/principals.ts'
import { systemRandom } from './kernel/random.ts'
import { collection } from './kernel/store.ts'
import { consoleLog } from './outside/console-log.ts'
import { egressOf } from './outside/egress.ts'
import { LocalFunctions } from './outside/functions/local-functions.ts'
import { Inbox } from './outside/inbox.ts'
import { pkcs11 } from './outside/pkcs11.ts'
import { firstKey } from './services/iam/first-key.ts'
import { services } from './services/index.ts'
import { type OpenStore, openStore } from './storage/open.ts'
import { createRouter } from './wire/route/router.ts'
import { signRequest } from './wire/sign-request.ts'
import type { ConstraintsFile } from './wire/validate/constraints.ts'
import { loadWire } from './wire/wire-service.ts'

/** A running installation. */
export interface App {
  readonly house: House
  readonly store: OpenStore
  /** The administrator's key when this start made one. */
  readonly madeKey: { readonly id: string; readonly secret: string } | undefined
  /** URLs: plain first, then TLS. */
  listen(): Promise<readonly string[]>
  /** Answers what is under way, writes what is waiting, closes the store. */
  close(): Promise<void>
}

/** The test clock's offset, so that it survives a restart and is the same on every node. */
const clockState = collection<{ readonly offsetSeconds: number }>('sallyport.clock')({
  scope: 'installation',
  version: 1,
  key: () => ['clock'],
})

/** Written to find out whether the store can be written. */
const trial = collection<{ readonly at: number }>('sallyport.trial')({
  scope: 'installation',
  version: 1,
  key: () => ['trial'],
})

/** What takes long, by nature or on purpose. */
export interface Labour {
  readonly random: Random
  readonly passwords: Passwords
}

const labour: Labour = { random: systemRandom, passwords: passwordsAt(today) }

/**
 * Opens the store and composes the house. Tests call it with a memory store.
 * @param entries the services; tests add one of their own
 * @param labour tests that are not about it have a lighter one; no setting reaches it
 */
export async function createApp(
  config: Config,
  log: Log = consoleLog(config.log),
  entries: readonly ServiceEntry[] = services,
  { random, passwords }: Labour = labour,
): Promise<App> {
  const store = await openStore({ url: storeUrl(config), unseal: unsealOf(config), log })
  const home = { account: config.account, region: config.region }
  const installation = store.storeFor(home)
  const clock = testClock()
  /** The test clock is the same on every node, and never goes back. */
  const readClock = async () => {
    const stored = config.testClock ? await installation.of(clockState).get(['clock']) : undefined
    clock.advance(Math.max(0, (stored?.offsetSeconds ?? 0) - clock.offsetSeconds()))
  }
  await readClock()
  const audit = new AuditLog({
    append: (segment, intents) => store.log.append(segment, intents),
    scan: (query) => store.log.scan(query),
  })
  const orphans = await adoptOrphans(store, { clock, random, log })

  const activity = new RecordedActivity(
    (owner) => store.storeFor(owner),
    () => clock.now(),
  )
  const countingFailed = (error: unknown) =>
    log.warn('last uses could not be written', { cause: String(error) })
  await activity.start((from) => audit.since(from), countingFailed)

  const inbox = new Inbox(() => clock.now())
  const functions = new LocalFunctions({
    isolation: config.functions,
    local: config.functionsLocal,
    folder: join(config.data, 'functions'),
  })
  const egress = egressOf(signRequest)
  const ports: Ports = guardedPorts({
    seals: store.seals,
    events: audit,
    activity,
    egress,
    tokens: pkcs11(config.hsm),
    passwords,
    trust: trustOf(config),
    ...knowledge(config),
    functions,
    ...messengers(config, inbox, egress),
    sendNotification: (notification) => inbox.sendNotification(notification),
  })

  const loaded = new Map<string, LoadedService | Promise<LoadedService>>()
  const service = (entry: ServiceEntry) => {
    let known = loaded.get(entry.name)
    if (known === undefined) {
      known = load(entry).then((ready) => {
        loaded.set(entry.name, ready)
        return ready
      })
      loaded.set(entry.name, known)
    }
    return known
  }
  const serviceNamed = (name: string) => {
    const entry = entries.find((candidate) => candidate.name === name)
    return entry && service(entry)
  }

  // The seams that are not calls: iam's principals, sts's session tokens, organizations' bounds.
  const { principalDirectory } = await import('./services/iam/principals.ts')
  const principals: PrincipalDirectory = principalDirectory(
    (owner) => store.storeFor(owner),
    () => new Date(clock.now()),
    random,
    passwords,
  )
  const { issue, openToken: openWith } = await import('./services/sts/sessions.ts')
  const { encodeAuthorizationMessage } = await import('./services/sts/identity.ts')
  const openToken = async (token: string, keyId: string): Promise<SessionClaims | undefined> => {
    const seal: Seal = await store.seals.ready('session')
    const claims = openWith(token, keyId, seal)
    if (claims !== undefined || !store.driver.shared) return claims
    // Another node may have made the key a moment ago.
    await store.seals.refresh()
    return openWith(token, keyId, await store.seals.ready('session'))
  }
  const epochOf = (account: string, kind: string) => store.epochs.current(account, kind)
  const { guardrails: guardrailsOf } = await import('./services/organizations/guardrails.ts')
  const guardrails: Guardrails = guardrailsOf((owner) => store.storeFor(owner))
  const cache = new EpochCache(epochOf)
  const memberships = new Memberships(guardrails, cache)
  const metrics = new Metrics()

  const credentials = new Credentials(epochOf, principals, memberships, openToken)
  const barrier = new Control({
    store,
    config,
    log,
    async drain() {
      await audit.drain()
      await activity.flush()
    },
    forget() {
      cache.clear()
      credentials.clear()
    },
  })

  const house: House = {
    account: config.account,
    region: config.region,
    mode: config.auth,
    clock,
    random,
    log,
    router: createRouter(entries),
    audit,
    activity,
    ports,
    principals,
    guardrails,
    inventory: inventoryOf(entries, (owner) => store.storeFor(owner)),
    memberships,
    cache,
    barrier,
    credentials,
    throttle: new Throttle(config.throttle),
    trustedProxies: config.trustedProxies,
    metrics,
    version: packageFacts.version,
    serviceNames: entries.map(({ name }) => name),
    service,
    serviceNamed,
    storeFor: (owner, journal) => store.storeFor(owner, journal),
    callService: async (outer, call) => {
      refuseInside(`a call of ${call.service}`)
      return innerCall(outer, call, house)
    },
    openToken,
    issueSession: async (claims) => issue(claims, { ports, random }),
    pages: {
      named: new Map(entries.flatMap((entry) => entry.pages?.map((part) => [part, entry]) ?? [])),
      patterns: entries.filter(({ pagesUnder }) => pagesUnder !== undefined),
      onHosts: entries.filter(({ pagesOnHosts }) => pagesOnHosts !== undefined),
    },
    publicUrl: config.publicUrl,
    issuer: config.issuer,
    advanceClock: config.testClock
      ? async (seconds) => {
          await installation.transaction(async (tx) => {
            const before = (await tx.of(clockState).get(['clock']))?.offsetSeconds ?? 0
            await tx.of(clockState).put({ offsetSeconds: before + seconds })
          })
          await readClock()
          await background.runJobs()
        }
      : undefined,
    inbox: (to) => inbox.messages(to),
    async reset() {
      await audit.drain()
      await activity.flush()
      await resetStore(store, installation, [clockState])
      inbox.clear()
    },
    backup: () => store.backup(),
    storeGauges: async () => {
      const stats = await store.stats()
      return Object.fromEntries(
        Object.entries(stats).map(([name, value]) => [`sallyport_store_${snake(name)}`, value]),
      )
    },
    document: (hash) => store.documents.get(hash),
    encodeMessage: (message, account) =>
      encodeAuthorizationMessage(message, account, { ports, now: () => new Date(clock.now()) }),
    keepDocument: (hash, document) => store.documents.put(hash, document),
  }

  const background = new Background(store, house, entries)
  await background.start(async () => {
    if (store.driver.shared) await readClock()
    // A load balancer sends nothing to who is ill: whether the log can be written shows without.
    if (audit.failure !== undefined) {
      await installation.transaction((tx) => tx.of(trial).put({ at: clock.now() }))
      audit.failure = undefined
    }
  })

  const housekeeping = keepLog(store.log, clock, config.retentionDays, log)
  const madeKey = await firstKey(installation, config, { random, clock })
  const listening: Listening[] = []
  return {
    house,
    store,
    madeKey,
    async listen() {
      listening.push(await listen(house, config))
      if (config.tlsPort !== undefined) {
        const tls = { cert: readFileSync(config.tlsCert!), key: readFileSync(config.tlsKey!) }
        listening.push(await listen(house, { host: config.host, port: config.tlsPort, tls }))
      }
      const urls = listening.map(({ url }) => url)
      if (config.publicUrl === undefined && !/^(localhost|127\.|\[?::1)/.test(config.host))
        log.warn('without --public-url, links and issuers name whatever host a request names')
      // Functions run here, whatever addresses there are besides.
      functions.endpoint = urls[0]?.replace(/\/\/(0\.0\.0\.0|\[::\])(?=:)/, '//127.0.0.1')
      return urls
    },
    async close() {
      const drained = Promise.all(listening.map((door) => door.drain()))
      await functions.stop()
      await drained
      await background.stop()
      await barrier.stop()
      await housekeeping.stop()
      await orphans.stop()
      await audit.drain()
      await activity.stop().catch(countingFailed)
      metrics.close()
      await store.close()
    },
  }
}

async function load(entry: ServiceEntry): Promise<LoadedService> {
  const [service, catalogue] = await Promise.all([entry.load(), actionCatalogue()])
  const [contract, constraints] = await Promise.all([service.contract(), entry.constraints?.()])
  const actionPrefix = entry.actionPrefix ?? entry.signingName
  return {
    entry,
    service,
    wire: loadWire(contract, (constraints as { default: ConstraintsFile } | undefined)?.default),
    secrets: new Set(service.secrets),
    eventSource: entry.eventSource ?? `${entry.signingName}.amazonaws.com`,
    actionPrefix,
    isReadOnly(operation) {
      const level = catalogue.actionFacts(`${actionPrefix}:${operation}`)?.level
      if (level !== undefined) return level === 'Read' || level === 'List'
      return /^(Get|List|Describe|Lookup|Head)/.test(operation)
    },
  }
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`)
