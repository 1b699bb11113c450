import assert from 'node:assert/strict'
import {
  copyFileSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { restore } from '../backup.ts'
import { fixtures, fixtureUnseal, readFixture } from '../fixture-content.ts'
import { MemoryDriver } from '../memory/driver.ts'
import { openOn, openStore } from '../open.ts'
import { quiet } from '../quiet-log.ts'
import { newestLayout, stepsFrom } from './steps.ts'

const directory = mkdtempSync(join(tmpdir(), 'sallyport-fixtures-'))
after(() => rmSync(directory, { recursive: true }))
const layouts = Array.from({ length: newestLayout }, (_, i) => i + 1)

for (const layout of layouts) {
  test(`a database of layout ${layout} opens, is brought up to date, and reads`, async () => {
    const data = join(directory, String(layout))
    mkdirSync(data)
    copyFileSync(join(fixtures, `layout-${layout}.sqlite`), join(data, 'sallyport.db'))
    const store = await openStore({ url: `sqlite:${data}`, unseal: fixtureUnseal, log: quiet })
    await readFixture(store)
    await store.close()
  })

  test(`a backup from the time of layout ${layout} restores, and reads`, async () => {
    const driver = new MemoryDriver()
    await restore(driver, createReadStream(join(fixtures, `layout-${layout}.backup`)))
    await readFixture(await openOn(driver, { url: 'memory', unseal: fixtureUnseal, log: quiet }))
  })
}

test('every layout has its fixtures', () => {
  const files = readdirSync(fixtures)
  for (const layout of layouts) {
    for (const kind of ['sqlite', 'sql', 'backup']) {
      assert.ok(files.includes(`layout-${layout}.${kind}`), `layout-${layout}.${kind}`)
    }
  }
})

test('data of a newer layout is refused', () => {
  assert.throws(() => stepsFrom(newestLayout + 1), /use a newer Sallyport/)
  assert.equal(stepsFrom(newestLayout).length, 0)
})
