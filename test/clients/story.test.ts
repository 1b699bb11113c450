import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { postgresBinaries, startPostgres } from '../storage/postgres-server.ts'
import { awsCli } from './aws-cli.ts'
import { boto3 } from './boto3.ts'
import type { Client } from './client.ts'
import { sdkV3 } from './sdk-v3.ts'
import { startServer } from './server.ts'
import { tellStory } from './story.ts'

const ci = process.env.CI === 'true'

function hasBoto3(): boolean {
  try {
    execFileSync(process.env.PYTHON ?? '/usr/bin/python3', ['-c', 'import boto3'], {
      stdio: 'ignore',
    })
    return true
  } catch {
    return false
  }
}

const clients: { make: (url: string) => Client; present: boolean; name: string }[] = [
  { name: 'AWS CLI v2', make: awsCli, present: existsSync(process.env.AWS_CLI ?? '/usr/bin/aws') },
  { name: 'boto3', make: boto3, present: hasBoto3() },
  { name: 'SDK v3', make: sdkV3, present: true },
]

let postgres: Awaited<ReturnType<typeof startPostgres>> | undefined
before(async () => {
  if (postgresBinaries() !== undefined) postgres = await startPostgres()
})
after(() => postgres?.stop())

for (const store of ['memory', 'sqlite', 'postgres'])
  for (const { name, make, present } of clients) {
    const skip = !present && !ci ? `${name} is not on this machine` : false
    test(`${name} tells the story on ${store}`, { skip, timeout: 180_000 }, async (t) => {
      if (store === 'postgres' && postgres === undefined)
        return ci
          ? assert.fail('CI needs a PostgreSQL server')
          : t.skip('no PostgreSQL server here')
      const where = store === 'postgres' ? await postgres!.newDatabase() : store
      const server = await startServer('--store', where, '--test-clock')
      const client = make(server.url)
      try {
        await tellStory(client, server)
      } finally {
        client.close()
        assert.equal(await server.stop(), 0, 'SIGTERM drains and ends with 0')
      }
    })
  }
