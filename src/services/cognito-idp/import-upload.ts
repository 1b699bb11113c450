import type { CallContext } from '../../kernel/context.ts'
import type { HttpResponse } from '../../kernel/http.ts'
import type { Page, PageContext, PageRequest } from '../../kernel/page.ts'
import type { Store } from '../../kernel/store.ts'
import { placeOf, reading } from './client-places.ts'
import { dropping } from './import-cleanup.ts'
import { type ImportFile, type ImportJobRecord, importJobs, importParts } from './import-records.ts'
import { fieldsOf } from './import-rows.ts'
import { noPool } from './pool-targets.ts'

/** How long an upload's URL is good. */
const urlLife = 15 * 60_000
/** What a file may be at most, in bytes and in lines after the header. */
const largest = { bytes: 100 * 1_048_576, rows: 500_000 }
/** Bytes of a part; no line is longer. */
const partSize = 65_536

const bound = ({ pool, id }: Pick<ImportJobRecord, 'pool' | 'id'>) => `${pool}/${id}`

/** Where a job's file is put, by whoever has the URL, for a quarter of an hour. */
export async function uploadUrl(
  job: ImportJobRecord,
  { ports, baseUrl }: Pick<CallContext, 'ports' | 'baseUrl'>,
): Promise<string> {
  const seal = await ports.seals.ready('cognito-import')
  const until = job.createdAt.getTime() + urlLife
  const token = seal.seal(new TextEncoder().encode(String(until)), bound(job))
  return `${baseUrl}/${job.pool}/import-jobs/${job.id}?token=${token}`
}

/** Why an upload is refused. */
class Refused extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const answer = (status: number, text: string): HttpResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: text === '' ? '' : `${text}\n`,
})

async function isGood(
  { params, query }: PageRequest,
  ctx: PageContext,
): Promise<{ readonly pool: string; readonly id: string } | undefined> {
  const job = { pool: params.pool!, id: params.job! }
  const seal = await ctx.ports.seals.ready('cognito-import')
  const opened = seal.open(query.get('token') ?? '', bound(job))
  const until = opened === undefined ? 0 : Number(new TextDecoder().decode(opened))
  return until > ctx.now().getTime() ? job : undefined
}

/** Writes a stream as parts of whole lines, one at a time. */
async function keep(
  store: Store,
  { pool, id }: { readonly pool: string; readonly id: string },
  file: string,
  stream: AsyncIterable<Uint8Array>,
): Promise<ImportFile> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let parts = 0
  let bytes = 0
  let rows = 0
  let first = ''
  let held = Buffer.alloc(0)
  const put = async (piece: Uint8Array) => {
    let text: string
    try {
      text = decoder.decode(piece)
    } catch {
      throw new Refused(400, 'The file is not in UTF-8.')
    }
    if (parts === 0) first = text
    rows += text.split('\n').length - 1
    if (rows > largest.rows + 1) throw new Refused(413, 'The file has too many rows.')
    const record = { pool, job: id, file, number: parts++, text }
    await store.transaction((tx) => tx.of(importParts).put(record))
  }
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > largest.bytes) throw new Refused(413, 'The file is larger than 100 MB.')
    held = Buffer.concat([held, chunk])
    while (held.length >= partSize) {
      const end = held.lastIndexOf(10, partSize - 1) + 1
      if (end === 0) throw new Refused(400, 'A row of the file is longer than 16,000 characters.')
      await put(held.subarray(0, end))
      held = held.subarray(end)
    }
  }
  if (held.length > 0) await put(held)
  if (parts === 0) throw new Refused(400, 'The file is empty.')
  return { id: file, parts, ...kindOf(first) }
}

/** What a file is, by its beginning. */
function kindOf(text: string): Pick<ImportFile, 'format' | 'columns' | 'grouped'> {
  if (text.trimStart().startsWith('{')) return { format: 'lines', columns: [], grouped: true }
  return { format: 'csv', columns: fieldsOf(text.split('\n', 1)[0]!), grouped: false }
}

async function upload(request: PageRequest, ctx: PageContext): Promise<HttpResponse> {
  const named = await isGood(request, ctx)
  if (named === undefined) return answer(403, 'The URL has expired, or was not made here.')
  const place = await placeOf(named.pool, reading(ctx), () => noPool(named.pool))
  const store = ctx.open({ account: place.account, region: place.region })
  const entry = [named.pool, named.id]
  const job = await store.of(importJobs).findOne('id', entry)
  if (job?.status !== 'Created') return answer(409, 'The job does not wait for a file.')
  const what = { pool: named.pool, job: named.id, file: ctx.random.uuid() }
  try {
    const file = await keep(store, named, what.file, request.stream)
    await store.transaction(async (tx) => {
      const now = await tx.of(importJobs).findOne('id', entry)
      if (now?.status !== 'Created') throw new Refused(409, 'The job does not wait for a file.')
      await tx.of(importJobs).put({ ...now, file })
      if (now.file !== undefined) tx.schedule(dropping({ ...what, file: now.file.id }, ctx.now()))
    })
    return answer(200, '')
  } catch (error) {
    await store.transaction(async (tx) => tx.schedule(dropping(what, ctx.now())))
    if (error instanceof Refused) return answer(error.status, error.message)
    throw error
  }
}

/** Takes the file of a user import job. */
export const importPages: readonly Page[] = [
  {
    method: 'PUT',
    path: '/:pool/import-jobs/:job',
    streamedBody: true,
    handle: upload,
  },
]
