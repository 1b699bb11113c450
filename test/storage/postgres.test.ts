import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { conformance } from '../../src/storage/conformance.ts'
import { type OpenStore, openStore } from '../../src/storage/open.ts'
import type { Deliver } from '../../src/storage/outbox.ts'
import { quiet } from '../../src/storage/quiet-log.ts'
import { type PostgresServer, postgresBinaries, startPostgres } from './postgres-server.ts'

const installed = postgresBinaries() !== undefined

if (!installed && process.env.CI !== 'true') {
  test('PostgreSQL', { skip: 'PostgreSQL is not installed: apt-get install postgresql' })
} else {
  describe('with a PostgreSQL server', suite)
}

function suite(): void {
  let server: PostgresServer
  const base = mkdtempSync(join(tmpdir(), 'sallyport-keys-'))
  const urls = new WeakMap<OpenStore, string>()
  before(async () => {
    server = await startPostgres()
  })
  after(async () => {
    await server?.stop()
    rmSync(base, { recursive: true })
  })
  const open = async (url: string, options?: { deliver?: Deliver }): Promise<OpenStore> => {
    const unseal = { kind: 'keyfile', path: join(base, 'key') } as const
    const store = await openStore({ url, unseal, log: quiet, ...options })
    urls.set(store, url)
    return store
  }
  conformance({
    name: 'postgres',
    open: async (options) => open(await server.newDatabase(), options),
    reopen: async (store, options) => {
      await store.close()
      return open(urls.get(store)!, options)
    },
    another: (store, options) => open(urls.get(store)!, options),
  })
}
