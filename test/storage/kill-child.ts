/**
 * Writes without end and says on stdout what has been acknowledged, one line each, until it is
 * killed: `u <name> <edition>` a record, `d <name> <edition>` its deletion, `s <n>` a log segment.
 */
import { randomInt } from 'node:crypto'
import { writeSync } from 'node:fs'
import { openStore } from '../../src/storage/open.ts'
import { quiet } from '../../src/storage/quiet-log.ts'
import { accounts, owner } from './kill-records.ts'

const [data, key, round] = process.argv.slice(2) as [string, string, string]

const store = await openStore({
  url: `sqlite:${data}`,
  unseal: { kind: 'keyfile', path: key },
  log: quiet,
  // Small, so that checkpoints and fresh starts of the log fall into the time that is cut short.
  sqlite: { checkpointAfter: 200_000 },
})
const say = (line: string): void => void writeSync(1, `${line}\n`)
say('ready')

async function writeRecords(writer: number): Promise<never> {
  for (let edition = 1; ; edition++) {
    const name = `${round}-${writer}-${randomInt(20)}`
    const journal = { intent: () => ({ id: `${name}-${edition}`, body: Buffer.from(name) }) }
    const deletes = randomInt(10) === 0
    await store.storeFor(owner, journal).transaction(async (tx) => {
      if (deletes) await tx.of(accounts).delete([name])
      else {
        const padding = 'x'.repeat(randomInt(3000))
        await tx.of(accounts).put({ name, edition, tag: name, padding })
      }
      tx.emit({ type: 'kill.Wrote', detail: { name, edition } })
    })
    say(`${deletes ? 'd' : 'u'} ${name} ${edition}`)
  }
}

async function writeSegments(): Promise<never> {
  for (let n = 1; ; n++) {
    const body = Buffer.alloc(randomInt(20_000), `${round}:${n};`)
    const at = Date.now()
    const id = Number(round) * 100_000 + n
    const directory = Buffer.from(String(id))
    await store.log.append({ from: at, to: at, count: 1, directory, body }, [])
    say(`s ${id}`)
    if (randomInt(40) === 0) await store.vault.rotateTerm()
    if (randomInt(40) === 0) await store.sweep()
  }
}

await Promise.all([...[1, 2, 3, 4].map(writeRecords), writeSegments()])
