import type { CallContext } from '../../kernel/context.ts'
import { ServiceError } from '../../kernel/errors.ts'
import type { Job, Transaction } from '../../kernel/store.ts'
import { fail, operation } from './contract.ts'
import { dropping } from './import-cleanup.ts'
import { jobShape } from './import-jobs.ts'
import { logLines } from './import-log.ts'
import {
  activeImport,
  activeJob,
  foundJob,
  type ImportFile,
  type ImportJobRecord,
  type ImportPlace,
  importJobs,
  importParts,
  isActive,
} from './import-records.ts'
import { problemOfColumns, rowOf } from './import-rows.ts'
import { type ImportedUser, importedUser, putImported } from './imported-users.ts'
import { type PoolRecord, pools } from './pool-records.ts'
import { foundPool, onPool } from './pool-targets.ts'

/** Users of one transaction, and transactions of one turn: other jobs have theirs between. */
const batch = 200
const batchesPerTurn = 50

const notMet = (message: string) => fail('PreconditionNotMetException', message)

const importing = ({ pool, id }: ImportJobRecord, now: Date): Job => ({
  type: 'cognito-idp.ImportUsers',
  key: id,
  dueAt: now.getTime(),
  detail: { pool, job: id },
})

function checkStart(job: ImportJobRecord, pool: PoolRecord): asserts job is WithFile {
  if (job.status !== 'Created')
    throw notMet(`The user import job ${job.id} cannot be started: it is ${job.status}.`)
  if (job.file === undefined) throw notMet('The CSV file has not been uploaded.')
  const verified = pool.settings.AutoVerifiedAttributes ?? []
  if (job.file.format === 'csv' && verified.length === 0)
    throw notMet('The user pool has no auto-verified attributes.')
}

type WithFile = ImportJobRecord & { readonly file: ImportFile }

export const StartUserImportJob = operation('StartUserImportJob', {
  access: onPool,
  async handle(input, ctx, [target]) {
    const pool = foundPool(target, input)
    const seen = await foundJob(ctx.store, input)
    checkStart(seen, pool)
    // Who may import users may not therefore make them members of groups, or somebody else's.
    if (seen.file.grouped)
      await ctx.authorize([
        { ...target, action: 'cognito-idp:AdminAddUserToGroup' },
        { ...target, action: 'cognito-idp:AdminLinkProviderForUser' },
      ])
    const job = await ctx.store.transaction(async (tx) => {
      const old = await foundJob(tx, input)
      checkStart(old, pool)
      if (old.file.id !== seen.file.id) throw notMet('Another file has been uploaded meanwhile.')
      if ((await activeJob(tx)) !== undefined)
        throw notMet('Another user import job is in progress.')
      const now = ctx.now()
      const first = old.file.format === 'csv' ? 1 : 0
      const next: ImportPlace = { part: 0, row: first, line: first + 1 }
      const started = { ...old, status: 'Pending', startedAt: now, next } as const
      await tx.of(importJobs).put(started)
      await tx.of(activeImport).put({ pool: pool.id, job: old.id })
      tx.schedule(importing(old, now))
      return started
    })
    return { UserImportJob: await jobShape(job, ctx) }
  },
})

export const StopUserImportJob = operation('StopUserImportJob', {
  access: onPool,
  async handle(input, ctx, [target]) {
    foundPool(target, input)
    const job = await ctx.store.transaction(async (tx) => {
      const old = await foundJob(tx, input)
      if (!isActive(old))
        throw notMet(`The user import job ${old.id} cannot be stopped: it is ${old.status}.`)
      return ended(tx, old, 'Stopped', 'The Import Job was stopped by the developer.', ctx.now())
    })
    return { UserImportJob: await jobShape(job, ctx) }
  },
})

/** Ends a job; its file is deleted, and another job may begin. */
async function ended(
  tx: Transaction,
  job: ImportJobRecord,
  status: 'Succeeded' | 'Failed' | 'Stopped',
  message: string,
  now: Date,
): Promise<ImportJobRecord> {
  const over: ImportJobRecord = { ...job, status, message, endedAt: now }
  await tx.of(importJobs).put(over)
  const active = await tx.of(activeImport).get(['active'])
  if (active?.job === job.id) await tx.of(activeImport).delete(['active'])
  tx.schedule(dropping({ pool: job.pool, job: job.id }, now))
  return over
}

/** The job as it is by now, changed as long as it is under way. */
const change = (
  { pool, id }: Pick<ImportJobRecord, 'pool' | 'id'>,
  ctx: CallContext,
  by: (tx: Transaction, job: ImportJobRecord) => Promise<unknown>,
): Promise<void> =>
  ctx.store.transaction(async (tx) => {
    const now = await tx.of(importJobs).findOne('id', [pool, id])
    if (now !== undefined) await by(tx, now)
  })

const failing = (job: ImportJobRecord, message: string, ctx: CallContext) =>
  change(job, ctx, async (tx, now) => {
    if (isActive(now)) await ended(tx, { ...now, unlogged: [] }, 'Failed', message, ctx.now())
    else await tx.of(importJobs).put({ ...now, unlogged: [] })
  })

/** Sends lines that have not been sent. False when the job has failed by that. */
async function isLogged(
  job: ImportJobRecord,
  pool: PoolRecord,
  ctx: CallContext,
): Promise<boolean> {
  if (job.unlogged.length === 0 && job.status !== 'Pending') return true
  if (await logLines(job, pool, ctx)) return true
  await failing(
    job,
    'The CloudWatch Logs role cannot be assumed, or does not have the permissions to write logs.',
    ctx,
  )
  return false
}

/** One row of a file, on its way. */
interface Taken {
  readonly line: number
  readonly made: ImportedUser | string
}

function taken(
  pool: PoolRecord,
  job: WithFile,
  text: string,
  line: number,
  ctx: CallContext,
): Taken {
  const row = rowOf(text, job.file)
  if (typeof row === 'string') return { line, made: row }
  try {
    return { line, made: importedUser(pool, row, job, ctx) }
  } catch (error) {
    return { line, made: told(error) }
  }
}

function told(error: unknown): string {
  if (!(error instanceof ServiceError)) throw error
  return error.message.replace(/\s+/g, ' ').trim()
}

/** The next users of a file, and the place after them. */
async function nextRows(pool: PoolRecord, job: WithFile, place: ImportPlace, ctx: CallContext) {
  const { id } = job.file
  const part = await ctx.store.of(importParts).get([pool.id, job.id, id, place.part])
  if (part === undefined) return undefined
  const lines = part.text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const rows = lines.slice(place.row, place.row + batch)
  const line = place.line + rows.length
  const isOver = place.row + batch >= lines.length
  const next: ImportPlace = isOver
    ? { part: place.part + 1, row: 0, line }
    : { part: place.part, row: place.row + batch, line }
  const all = rows.flatMap((text, i) => {
    const plain = text.replace(/\r$/, '')
    return plain.trim() === '' ? [] : [taken(pool, job, plain, place.line + i, ctx)]
  })
  return { rows: all, next }
}

/** Writes users, and with them how far the job has come. */
const written = (
  job: ImportJobRecord,
  pool: PoolRecord,
  { rows, next }: { readonly rows: readonly Taken[]; readonly next: ImportPlace },
  ctx: CallContext,
) =>
  change(job, ctx, async (tx, now) => {
    if (!isActive(now)) return
    const counts = { imported: now.imported, skipped: now.skipped, failed: now.failed }
    const unlogged: string[] = []
    const note = (what: keyof typeof counts, label: string, line: number, why: string) => {
      counts[what]++
      unlogged.push(`[${label}] Line Number ${line} - ${why}`)
    }
    for (const { line, made } of rows) {
      if (typeof made === 'string') {
        note('failed', 'FAILED', line, made)
        continue
      }
      try {
        await putImported(tx, pool, made, ctx)
        note('imported', 'SUCCEEDED', line, 'The import succeeded.')
      } catch (error) {
        const why = told(error)
        if ((error as Error).name === 'UsernameExistsException')
          note('skipped', 'SKIPPED', line, 'The user already exists.')
        else note('failed', 'FAILED', line, why)
      }
    }
    await tx.of(importJobs).put({ ...now, ...counts, status: 'InProgress', next, unlogged })
  })

/** Imports some thousand users of a job, and schedules itself for the rest. */
export async function importUsers({ detail }: Job, ctx: CallContext): Promise<void> {
  const entry = [String(detail.pool), String(detail.job)]
  for (let turn = 0; turn < batchesPerTurn; turn++) {
    const job = await ctx.store.of(importJobs).findOne('id', entry)
    const pool = job && (await ctx.store.of(pools).get([job.pool]))
    if (job?.file === undefined || pool === undefined) return
    if (!(await isLogged(job, pool, ctx))) return
    if (!isActive(job)) {
      if (job.unlogged.length > 0)
        await change(job, ctx, (tx, now) => tx.of(importJobs).put({ ...now, unlogged: [] }))
      return
    }
    const problem = problemOfColumns(job.file, pool)
    if (problem !== undefined) return failing(job, problem, ctx)
    const withFile = { ...job, file: job.file }
    const rows = await nextRows(pool, withFile, job.next!, ctx)
    if (rows === undefined) return finish(job, ctx)
    await written(job, pool, rows, ctx)
  }
  const [pool = '', id = ''] = entry
  await change({ pool, id }, ctx, async (tx, now) => tx.schedule(importing(now, ctx.now())))
}

const finish = (job: ImportJobRecord, ctx: CallContext) =>
  change(job, ctx, async (tx, now) => {
    if (!isActive(now)) return
    const { imported, skipped, failed } = now
    const isBad = imported === 0 && skipped + failed > 0
    const message = isBad
      ? 'Too many users have failed or been skipped during the import.'
      : 'Import Job Completed Successfully.'
    const logged = { ...now, unlogged: [] }
    await ended(tx, logged, isBad ? 'Failed' : 'Succeeded', message, ctx.now())
  })
