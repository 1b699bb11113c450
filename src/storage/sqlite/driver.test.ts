import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { conformance } from '../conformance.ts'
import type { OpenStore } from '../open.ts'
import { openStore } from '../open.ts'
import type { Deliver } from '../outbox.ts'
import { quiet } from '../quiet-log.ts'

const base = mkdtempSync(join(tmpdir(), 'sallyport-sqlite-'))
after(() => rmSync(base, { recursive: true }))
const places = new WeakMap<OpenStore, string>()
let stores = 0

const open = async (directory: string, options?: { deliver?: Deliver }): Promise<OpenStore> => {
  const unseal = { kind: 'keyfile', path: join(base, 'key') } as const
  const store = await openStore({ url: `sqlite:${directory}`, unseal, log: quiet, ...options })
  places.set(store, directory)
  return store
}

conformance({
  name: 'sqlite',
  open: (options) => open(join(base, String(++stores)), options),
  reopen: async (store, options) => {
    await store.close()
    return open(places.get(store)!, options)
  },
})
