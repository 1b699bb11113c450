import type { Batch, Change, Entry, Row, Segment } from '../driver.ts'
import type { Query } from './connection.ts'

interface Piece {
  readonly name: string
  /** SQL in which `$1`, `$2`… count from this piece's first value. */
  readonly sql: string
  readonly values: readonly unknown[]
}

/**
 * A whole batch as one statement, so that it is one round trip. Its text depends only on which
 * kinds of writes there are, so few of them are prepared.
 */
export function flushQuery(batch: Batch, shard: string): Query | undefined {
  const pieces = [...recordPieces(batch.changes), ...entryPieces(batch.changes)]
  if (batch.epochs?.length) pieces.push(epochsPiece(batch.epochs, shard))
  if (batch.meta?.size) pieces.push(metaPiece(batch.meta))
  for (const segment of batch.segments ?? []) pieces.push(segmentPiece('S', segment, ''))
  for (const segment of batch.segmentsReplaced ?? []) {
    const update = `ON CONFLICT (id) DO UPDATE SET begins=excluded.begins, count=excluded.count,
      term=excluded.term, directory=excluded.directory, body=excluded.body`
    pieces.push(segmentPiece('T', segment, update))
  }
  if (batch.segmentsGone?.length) {
    const sql = 'DELETE FROM segments WHERE id IN (SELECT unnest($1::bigint[]))'
    pieces.push({ name: 's', sql, values: [batch.segmentsGone] })
  }
  if (pieces.length === 0) return undefined
  return joined(pieces)
}

function joined(pieces: readonly Piece[]): Query {
  const values: unknown[] = []
  const parts = pieces.map(({ sql, values: own }, i) => {
    const first = values.length
    values.push(...own)
    return `w${i} AS (${sql.replace(/\$(\d+)/g, (_, n) => `$${first + Number(n)}`)})`
  })
  const name = `flush-${pieces.map((piece) => piece.name).join('')}`
  return { name, text: `WITH ${parts.join(', ')} SELECT 1`, values }
}

function segmentPiece(name: string, segment: Segment, onConflict: string): Piece {
  const { id, from, count, term, directory, body } = segment
  const sql = `INSERT INTO segments VALUES ($1, $2, $3, $4, $5, $6) ${onConflict}`
  return { name, sql, values: [id, from, count, term, directory, body] }
}

function recordPieces(changes: readonly Change[]): Piece[] {
  const pieces: Piece[] = []
  const puts = changes.filter((change): change is Change & { row: Row } => change.row !== undefined)
  if (puts.length > 0) {
    const sql = `INSERT INTO records
      SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bigint[],
        $6::bytea[])
      ON CONFLICT (owner, collection, key) DO UPDATE SET revision=excluded.revision,
        term=excluded.term, body=excluded.body`
    const values = [
      puts.map(({ shelf }) => shelf.owner),
      puts.map(({ shelf }) => shelf.collection),
      puts.map(({ key }) => key),
      puts.map(({ row }) => row.revision),
      puts.map(({ row }) => row.term),
      puts.map(({ row }) => row.body),
    ]
    pieces.push({ name: 'R', sql, values })
  }
  const gone = changes.filter(({ row }) => row === undefined)
  if (gone.length > 0) {
    const sql = `DELETE FROM records r
      USING unnest($1::bytea[], $2::bigint[], $3::bytea[]) AS g (owner, collection, key)
      WHERE r.owner=g.owner AND r.collection=g.collection AND r.key=g.key`
    const values = [
      gone.map(({ shelf }) => shelf.owner),
      gone.map(({ shelf }) => shelf.collection),
      gone.map(({ key }) => key),
    ]
    pieces.push({ name: 'r', sql, values })
  }
  return pieces
}

function entryPieces(changes: readonly Change[]): Piece[] {
  const pieces: Piece[] = []
  const added = columns(changes, (change) => change.added)
  if (added[0].length > 0) {
    const sql = `INSERT INTO entries
      SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bytea[])
      ON CONFLICT DO NOTHING`
    pieces.push({ name: 'E', sql, values: added })
  }
  const removed = columns(changes, (change) => change.removed)
  if (removed[0].length > 0) {
    const sql = `DELETE FROM entries e
      USING unnest($1::bytea[], $2::bigint[], $3::bytea[], $4::bytea[])
        AS g (owner, idx, value, key)
      WHERE e.owner=g.owner AND e.idx=g.idx AND e.value=g.value AND e.key=g.key`
    pieces.push({ name: 'e', sql, values: removed })
  }
  return pieces
}

type EntryColumns = [Uint8Array[], number[], Uint8Array[], Uint8Array[]]

function columns(
  changes: readonly Change[],
  entriesOf: (change: Change) => readonly Entry[],
): EntryColumns {
  const out: EntryColumns = [[], [], [], []]
  for (const change of changes) {
    for (const { index, value } of entriesOf(change)) {
      out[0].push(change.shelf.owner)
      out[1].push(index)
      out[2].push(value)
      out[3].push(change.key)
    }
  }
  return out
}

function epochsPiece(epochs: NonNullable<Batch['epochs']>, shard: string): Piece {
  // Each connection moves a row of its own, so that writers of one account do not conflict.
  const sql = `INSERT INTO epochs
    SELECT account, kind, $3, 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint
    FROM unnest($1::text[], $2::text[]) AS m (account, kind)
    ON CONFLICT (account, kind, shard) DO UPDATE SET moves=epochs.moves + 1,
      moved_at=excluded.moved_at`
  const values = [epochs.map(([account]) => account), epochs.map(([, kind]) => kind), shard]
  return { name: 'P', sql, values }
}

function metaPiece(meta: NonNullable<Batch['meta']>): Piece {
  const sql = `INSERT INTO meta SELECT * FROM unnest($1::text[], $2::bytea[])
    ON CONFLICT (name) DO UPDATE SET value=excluded.value`
  return { name: 'M', sql, values: [[...meta.keys()], [...meta.values()]] }
}
