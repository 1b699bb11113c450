import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CreateUserCommand, GetUserCommand, UpdateUserCommand } from '@aws-sdk/client-iam'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { installAt } from '../installation.ts'
import { probeService } from '../probe-service.ts'
import { type PostgresServer, postgresBinaries, startPostgres } from '../storage/postgres-server.ts'

/** Handlers that wait for something slow hold up nobody else: no connection, no lock, no turn. */

const ci = process.env.CI === 'true'
const slowCalls = 20
const wait = 5_000
const window = 3_500

let postgres: PostgresServer | undefined
before(async () => {
  if (postgresBinaries() !== undefined || ci) postgres = await startPostgres()
})
after(() => postgres?.stop())

const pause = (milliseconds: number) => new Promise((next) => setTimeout(next, milliseconds))

for (const store of ['sqlite', 'postgres'])
  test(`twenty handlers wait, and the others go on, on ${store}`, {
    timeout: 60_000,
  }, async (t) => {
    if (store === 'postgres' && postgres === undefined) {
      assert.notEqual(process.env.CI, 'true', 'CI needs a PostgreSQL server')
      return t.skip('no PostgreSQL server here')
    }
    let waiting = 0
    const slow = probeService({
      async send(text, ctx) {
        const write = (at: string) =>
          ctx.store.transaction(async (tx) =>
            tx.schedule({ type: 'sqs.Ring', key: text, dueAt: Number.MAX_VALUE, detail: { at } }),
          )
        await write('before')
        waiting++
        await pause(wait)
        waiting--
        await write('after')
      },
    })
    const where = store === 'postgres' ? await postgres!.newDatabase() : store
    const house = await installAt({ services: [slow] }, '--store', where)
    const options = { endpoint: house.url, region: 'us-east-1', credentials: house.admin }
    const sqs = new SQSClient({ ...options, maxAttempts: 1, md5: false })
    try {
      const { iam } = house.as()
      const lanes = Array.from({ length: 8 }, (_, lane) => ({ UserName: `lane-${lane}` }))
      for (const lane of lanes) await iam.send(new CreateUserCommand(lane))
      /** Calls in a second: one that changes something to one that reads. */
      const throughput = async (milliseconds: number): Promise<number> => {
        const started = performance.now()
        let calls = 0
        const run = async (lane: { UserName: string }): Promise<void> => {
          while (performance.now() - started < milliseconds) {
            await iam.send(new UpdateUserCommand({ ...lane, NewPath: `/${calls}/` }))
            await iam.send(new GetUserCommand(lane))
            calls += 2
          }
        }
        await Promise.all(lanes.map(run))
        return (calls * 1_000) / (performance.now() - started)
      }
      await throughput(1_000) // warm
      const before = await throughput(window)
      const answers = Array.from({ length: slowCalls }, (_, n) =>
        sqs.send(new SendMessageCommand({ QueueUrl: 'q', MessageBody: `m${n}` })),
      )
      const all = Promise.all(answers)
      while (waiting < slowCalls) await pause(5)
      const during = await throughput(window)
      assert.equal(waiting, slowCalls, 'all of them waited the whole time')
      await all
      const afterwards = await throughput(window)
      const ratio = during / ((before + afterwards) / 2)
      t.diagnostic(`${during.toFixed(0)} calls a second, ${ratio.toFixed(2)} of what it is without`)
      assert.ok(ratio >= 0.5, `${ratio}`)
    } finally {
      sqs.destroy()
      await house.close()
    }
  })
