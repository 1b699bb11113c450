import { backgroundContext } from '../gateway/background-call.ts'
import type { House } from '../gateway/house.ts'
import type { ServiceEntry } from '../kernel/directory.ts'
import type { Fact, Owner } from '../kernel/store.ts'
import type { OpenStore } from '../storage/open.ts'

/** How often due jobs are looked for, in milliseconds of the real clock. */
const pollEvery = 1_000

/** What happens without a request: due jobs run, and facts reach the services that listen. */
export class Background {
  readonly #store: OpenStore
  readonly #house: House
  readonly #entries: readonly ServiceEntry[]
  #timer: NodeJS.Timeout | undefined
  #running: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(store: OpenStore, house: House, entries: readonly ServiceEntry[]) {
    this.#store = store
    this.#house = house
    this.#entries = entries
  }

  /** @param beforeJobs runs at every look, before it */
  async start(beforeJobs: () => Promise<void>): Promise<void> {
    await this.#store.deliverFacts((fact, owner) => this.#deliver(fact, owner))
    this.#timer = setInterval(() => {
      // A slow job is not overtaken by a heap of looks for more.
      if (this.#waiting > 0 || this.#house.barrier.sealed) return
      beforeJobs()
        .then(() => this.runJobs())
        .catch((error: unknown) => {
          this.#house.log.error('jobs could not be looked for', { cause: String(error) })
        })
    }, pollEvery).unref()
  }

  /** Resolves when every job that is due now has run, also those that another look has begun. */
  runJobs(): Promise<void> {
    this.#waiting++
    const mine = this.#running.then(() => this.#runDue())
    this.#running = mine.catch(() => undefined).then(() => this.#waiting--)
    return mine
  }

  /** Begins nothing new, and resolves when the jobs under way have ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #runDue(): Promise<void> {
    const house = this.#house
    await this.#store.runDueJobs(house.clock.now(), async (job, owner) => {
      const [name = ''] = job.type.split('.')
      const loaded = await house.serviceNamed(name)
      const handler = loaded?.service.jobs[job.type]
      if (loaded === undefined || handler === undefined) throw new Error(`no job ${job.type}`)
      await handler(job, backgroundContext(loaded, owner, house))
    })
  }

  /** A service that fails gets the fact again, and so do the others: delivery is at least once. */
  async #deliver(fact: Fact, teller: Owner): Promise<void> {
    const { account = teller.account, region = teller.region } = fact
    const owner = { account, region }
    for (const entry of this.#entries) {
      const handler = (await entry.load()).on[fact.type]
      if (handler === undefined) continue
      const loaded = await this.#house.service(entry)
      await handler(fact, backgroundContext(loaded, owner, this.#house))
    }
  }
}
