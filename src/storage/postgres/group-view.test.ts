import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { DumpRow, Entry, Read } from '../driver.ts'
import { MemoryDriver } from '../memory/driver.ts'
import { Overlay } from '../overlay.ts'
import { shelfOf } from '../shelf.ts'
import { GroupView } from './group-view.ts'

const shelf = shelfOf('group-view.test', 'account', { account: '1', region: '' })
const entry = (value: number): Entry => ({ index: 5, value: Buffer.of(value) })
const everything = { from: Buffer.alloc(0), to: Buffer.of(0xff), limit: 3 }

interface Write {
  readonly key: number
  /** Undefined deletes. */
  readonly values: readonly number[] | undefined
}

const write = fc.record({
  key: fc.integer({ min: 1, max: 5 }),
  values: fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 3 })), { nil: undefined }),
})
const transactions = fc.array(fc.array(write, { maxLength: 4 }), { maxLength: 6 })

/** Runs one transaction's writes over what it reads; a row's body holds its values. */
async function batchOf(read: Read, writes: readonly Write[], revision: number) {
  const overlay = new Overlay(read)
  for (const { key, values } of writes) {
    const bytes = Buffer.of(key)
    const old = await overlay.get(shelf, bytes)
    const had = old && { entries: [...old.body].map(entry) }
    const row = values && { key: bytes, revision, term: 1, body: Buffer.from(values) }
    overlay.write(shelf, bytes, had, row, (values ?? []).map(entry))
  }
  return { changes: overlay.changes() }
}

async function seen(read: Read): Promise<unknown> {
  const keys = [1, 2, 3, 4, 5].map((key) => read.get(shelf, Buffer.of(key)))
  const found = [1, 2, 3].map((value) => read.find(shelf, entry(value), everything))
  const range = await read.range(shelf, { ...everything, from: Buffer.of(2) })
  const plain = (row: { key: Uint8Array; revision: number } | undefined) =>
    row && [...row.key, row.revision]
  return [
    (await Promise.all(keys)).map(plain),
    (await Promise.all(found)).map((rows) => rows.map(plain)),
    range.map(plain),
  ]
}

const dumped = async (driver: MemoryDriver): Promise<DumpRow[]> => {
  const rows: DumpRow[] = []
  for await (const row of driver.dump()) rows.push(row)
  return rows
}

test('a group sees and writes what its transactions would one by one', async () => {
  await fc.assert(
    fc.asyncProperty(transactions, transactions, async (before, group) => {
      const [one, other] = [new MemoryDriver(), new MemoryDriver()]
      let revision = 0
      for (const writes of before) {
        const batch = await batchOf(one, writes, ++revision)
        await one.write(batch)
        await other.write(batch)
      }
      const view = new GroupView(other)
      for (const writes of group) {
        await one.write(await batchOf(one, writes, ++revision))
        view.take(await batchOf(view, writes, revision))
        assert.deepEqual(await seen(view), await seen(one))
      }
      if (view.batch) await other.write(view.batch)
      assert.deepEqual(await dumped(other), await dumped(one))
    }),
    { numRuns: 300 },
  )
})
