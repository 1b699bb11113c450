import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../src/storage/open.ts'
import { quiet } from '../../src/storage/quiet-log.ts'

test('a second process is refused while the first one lives, and no longer', async (t) => {
  const base = mkdtempSync(join(tmpdir(), 'sallyport-two-'))
  t.after(() => rmSync(base, { recursive: true }))
  const [data, key] = [join(base, 'data'), join(base, 'key')]
  const script = join(import.meta.dirname, 'kill-child.ts')
  const child = spawn(process.execPath, [script, data, key, '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.after(() => child.kill('SIGKILL'))
  const ended = new Promise((resolve) => child.once('close', resolve))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.stdout.resume()
  const unseal = { kind: 'keyfile', path: key } as const
  const open = () => openStore({ url: `sqlite:${data}`, unseal, log: quiet })
  await assert.rejects(open, /another process has the data/)
  child.kill('SIGKILL')
  await ended
  await (await open()).close()
})
