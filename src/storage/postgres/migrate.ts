import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { stepsFrom } from '../migrations/steps.ts'

/** Errors of two nodes that migrate at the same time: the second one looks again. */
const MEETINGS = ['40001', '40P01', '23505', '42P07', '42710', '55P03', 'XX000']

/** Brings the layout up to date, all steps in one transaction. */
export async function migrate(client: pg.ClientBase): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await migrateOnce(client)
      return
    } catch (cause) {
      await client.query('ROLLBACK').catch(() => undefined)
      const code = String((cause as { code?: unknown }).code)
      if (!MEETINGS.includes(code) || attempt === 20) throw cause
      await sleep(50 * Math.random() * attempt)
    }
  }
}

async function migrateOnce(client: pg.ClientBase): Promise<void> {
  await client.query('CREATE TABLE IF NOT EXISTS layout (one INT PRIMARY KEY, layout INT NOT NULL)')
  await client.query('BEGIN ISOLATION LEVEL SERIALIZABLE')
  const { rows } = await client.query<{ layout: number }>('SELECT layout FROM layout WHERE one=1')
  const layout = rows[0]?.layout ?? 0
  for (const step of stepsFrom(layout)) {
    for (const sql of step.postgres) await client.query(sql)
    await client.query(
      `INSERT INTO layout VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET layout=excluded.layout`,
      [step.layout],
    )
  }
  await client.query('COMMIT')
}
