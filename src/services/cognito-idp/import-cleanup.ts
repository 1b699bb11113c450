import type { CallContext } from '../../kernel/context.ts'
import type { Job } from '../../kernel/store.ts'
import { importJobs, importParts } from './import-records.ts'

/** A job that nobody has started is told to be over, and its file is deleted. */
export async function expireImport({ detail }: Job, ctx: CallContext): Promise<void> {
  const pool = String(detail.pool)
  const id = String(detail.job)
  await ctx.store.transaction(async (tx) => {
    const job = await tx.of(importJobs).findOne('id', [pool, id])
    if (job?.status !== 'Created') return
    await tx.of(importJobs).put({ ...job, status: 'Expired', endedAt: ctx.now() })
    tx.schedule(dropping({ pool, job: id }, ctx.now()))
  })
}

/** The job that deletes parts: of all files of an import job, or of one. */
export const dropping = (
  what: { readonly pool: string; readonly job: string; readonly file?: string },
  now: Date,
): Job => ({
  type: 'cognito-idp.DropImport',
  key: what.file ?? what.job,
  dueAt: now.getTime(),
  detail: what,
})

/** Deletes parts of files, some at a time. */
export async function dropImport({ detail }: Job, ctx: CallContext): Promise<void> {
  const { pool, job, file } = detail as { pool: string; job: string; file?: string }
  const prefix = file === undefined ? [pool, job] : [pool, job, file]
  await ctx.store.transaction(async (tx) => {
    const { records, after } = await tx.of(importParts).list({ prefix, limit: 100 })
    for (const part of records) await tx.of(importParts).delete(importParts.options.key(part))
    if (after !== undefined) {
      const what = file === undefined ? { pool, job } : { pool, job, file }
      tx.schedule(dropping(what, ctx.now()))
    }
  })
}
