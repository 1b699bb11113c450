/**
 * Writes a fixture of the newest layout, once, when the layout is made:
 * `node test/storage/make-fixtures.ts`. A committed fixture is never written again.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backup } from '../../src/storage/backup.ts'
import { fillFixture, fixtures, fixtureUnseal } from '../../src/storage/fixture-content.ts'
import { newestLayout } from '../../src/storage/migrations/steps.ts'
import { openStore } from '../../src/storage/open.ts'
import { quiet } from '../../src/storage/quiet-log.ts'
import { postgresBinaries, startPostgres } from './postgres-server.ts'

const name = join(fixtures, `layout-${newestLayout}`)
if (existsSync(`${name}.sqlite`)) throw new Error(`${name}.sqlite is there and stays as it is`)

const directory = mkdtempSync(join(tmpdir(), 'sallyport-fixture-'))
const sqlite = await openStore({ url: `sqlite:${directory}`, unseal: fixtureUnseal, log: quiet })
await fillFixture(sqlite)
const pieces: Uint8Array[] = []
for await (const piece of backup(sqlite.driver)) pieces.push(piece)
writeFileSync(`${name}.backup`, Buffer.concat(pieces))
await sqlite.close()
copyFileSync(join(directory, 'sallyport.db'), `${name}.sqlite`)
rmSync(directory, { recursive: true })

const server = await startPostgres()
const url = await server.newDatabase()
const postgres = await openStore({ url, unseal: fixtureUnseal, log: quiet })
await fillFixture(postgres)
await postgres.close()
const dump = ['--inserts', '--no-owner', '--no-privileges', url]
const sql = execFileSync(join(postgresBinaries()!, 'pg_dump'), dump, { encoding: 'utf8' })
// Comments and settings of the one server version are left out.
const plain = sql
  .split('\n')
  .filter((line) => !/^(--|SET |SELECT pg_catalog.set_config|\\)/.test(line))
writeFileSync(`${name}.sql`, plain.join('\n').replaceAll(/\n{2,}/g, '\n'))
await server.stop()
