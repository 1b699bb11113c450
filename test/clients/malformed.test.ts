import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { service as iam } from '../../src/services/iam/service.ts'
import { service as sts } from '../../src/services/sts/service.ts'
import { attack } from './malformed.ts'
import { type Server, startServer } from './server.ts'

/** A hundred thousand malformed requests against a server as people run it, on sqlite. */

const runs = Number(process.env.MALFORMED_RUNS ?? 100_000)

let server: Server
before(async () => {
  server = await startServer('--log', 'json')
})
after(() => server.stop())

/** Resident memory of the server in MB. */
function memory(): number {
  const status = readFileSync(`/proc/${server.pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) / 1_024
}

test(`${runs} malformed requests: no fault, no hang, no growth`, {
  timeout: 600_000,
}, async (t) => {
  const battle = {
    port: Number(new URL(server.url).port),
    keys: server.admin,
    iam: Object.keys(iam.operations),
    sts: Object.keys(sts.operations),
    connections: 16,
  }
  const statuses = new Map<number, number>()
  const memories: number[] = []
  const rounds = 10
  for (let round = 0; round < rounds; round++) {
    const count = Math.ceil(runs / rounds)
    const outcome = await attack({ ...battle, count, seed: 1_000 + round })
    assert.deepEqual(outcome.faults, [], `round ${round}`)
    assert.equal(outcome.sent, count)
    for (const [status, times] of outcome.statuses)
      statuses.set(status, (statuses.get(status) ?? 0) + times)
    memories.push(Math.round(memory()))
  }
  t.diagnostic(`answers: ${JSON.stringify([...statuses].sort())}`)
  t.diagnostic(`memory in MB after each tenth: ${memories.join(' ')}`)
  // The heap breathes; what matters is that the second half of the battle needs no more.
  const half = memories.slice(0, rounds / 2)
  const later = memories.slice(rounds / 2)
  assert.ok(Math.min(...later) < Math.max(...half) + 32, `memory grows: ${memories.join(' ')} MB`)
  const health = await fetch(`${server.url}/_sallyport/health`)
  assert.equal(health.status, 200)
})
