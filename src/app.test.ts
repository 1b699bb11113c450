import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { systemRandom } from './kernel/random.ts'
import { quiet } from './storage/quiet-log.ts'

test('nobody who starts an installation gets light passwords, or keys that others have', async (t) => {
  const data = mkdtempSync(join(tmpdir(), 'sallyport-app-'))
  t.after(() => rmSync(data, { recursive: true }))
  const config = readConfig(['--store', 'memory', '--port', '0', '--data', data], {}, false)
  const { house, close } = await createApp(config, quiet)
  t.after(close)
  const { passwords } = house.ports
  const hash = await passwords.hash('Correct-Horse-1', house.random.bytes(16))
  assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(passwords.isOutdated(hash), false)
  assert.equal(passwords.isOutdated(hash.replace('m=19456', 'm=8')), true)
  assert.equal(house.random, systemRandom)
})
