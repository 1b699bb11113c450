import type { DatabaseSync, StatementSync } from 'node:sqlite'
import {
  type Batch,
  type Change,
  type Entry,
  IdTaken,
  type PlacedRow,
  type Range,
  type Row,
  type Segment,
  type SegmentQuery,
  type Shelf,
  type WideRead,
} from '../driver.ts'

type Fields = [Buffer, number, number, Buffer]
type PlacedFields = [Buffer, number, ...Fields]

/** SQLITE_CONSTRAINT_PRIMARYKEY, and of a table whose key is the row id SQLITE_CONSTRAINT_ROWID. */
const PRIMARY_KEY_TAKEN = 1555

/**
 * The statements of one connection, each prepared on first use. `LIMIT ?+0` instead of `LIMIT ?`:
 * SQLite plans a statement anew whenever a bare limit is bound, which costs five times the search.
 */
export class Statements implements WideRead {
  private readonly prepared = new Map<string, StatementSync>()
  private last = 0
  private readonly database: DatabaseSync
  /** Called before each read. */
  private readonly beforeRead: () => void

  constructor(database: DatabaseSync, beforeRead: () => void = () => {}) {
    this.database = database
    this.beforeRead = beforeRead
  }

  get(shelf: Shelf, key: Uint8Array): Row | undefined {
    this.beforeRead()
    const fields = this.prepare(
      'SELECT key, revision, term, body FROM records WHERE owner=? AND collection=? AND key=?',
    ).get(shelf.owner, shelf.collection, key) as Fields | undefined
    return fields && rowOf(fields)
  }

  range(shelf: Shelf, { from, to, limit }: Range): Row[] {
    this.beforeRead()
    return this.prepare(
      `SELECT key, revision, term, body FROM records
       WHERE owner=? AND collection=? AND key>=? AND key<? ORDER BY key LIMIT ?+0`,
    )
      .all(shelf.owner, shelf.collection, from, to, limit)
      .map((fields) => rowOf(fields as unknown as Fields))
  }

  find(shelf: Shelf, entry: Entry, { from, to, limit }: Range): Row[] {
    this.beforeRead()
    return this.prepare(
      `SELECT r.key, r.revision, r.term, r.body FROM entries e CROSS JOIN records r
       ON r.owner=e.owner AND r.collection=? AND r.key=e.key
       WHERE e.owner=? AND e.idx=? AND e.value=? AND e.key>=? AND e.key<?
       ORDER BY e.key LIMIT ?+0`,
    )
      .all(shelf.collection, shelf.owner, entry.index, entry.value, from, to, limit)
      .map((fields) => rowOf(fields as unknown as Fields))
  }

  meta(name: string): Uint8Array | undefined {
    this.beforeRead()
    const fields = this.prepare('SELECT value FROM meta WHERE name=?').get(name)
    return (fields as [Buffer] | undefined)?.[0]
  }

  sweep(after: PlacedRow | undefined, limit: number): PlacedRow[] {
    this.beforeRead()
    const columns = 'SELECT owner, collection, key, revision, term, body FROM records'
    const order = 'ORDER BY owner, collection, key LIMIT ?+0'
    const found = after
      ? this.prepare(`${columns} WHERE (owner, collection, key) > (?, ?, ?) ${order}`).all(
          after.owner,
          after.collection,
          after.key,
          limit,
        )
      : this.prepare(`${columns} ${order}`).all(limit)
    return found.map((fields) => {
      const [owner, collection, ...row] = fields as unknown as PlacedFields
      return { owner, collection, ...rowOf(row) }
    })
  }

  segments(query: SegmentQuery): Omit<Segment, 'body'>[] {
    this.beforeRead()
    const found = this.prepare(
      `SELECT id, begins, count, term, directory FROM segments
       WHERE id<=? AND id>=? AND begins<=? ORDER BY id DESC LIMIT ?+0`,
    ).all(query.newest, query.oldest, query.beginsBy, query.limit)
    return found.map((fields) => {
      type Fields = [number, number, number, number, Buffer]
      const [id, from, count, term, directory] = fields as unknown as Fields
      return { id, from, count, term, directory }
    })
  }

  segmentBody(id: number): Uint8Array | undefined {
    this.beforeRead()
    const fields = this.prepare('SELECT body FROM segments WHERE id=?').get(id)
    return (fields as [Buffer] | undefined)?.[0]
  }

  sequence(): number {
    this.last = Math.max(this.last + 1, Date.now() * 1000)
    return this.last
  }

  /** Writes a batch; within the caller's transaction. */
  apply(batch: Batch): void {
    for (const change of batch.changes) this.applyChange(change)
    for (const [name, value] of batch.meta ?? []) {
      this.prepare('INSERT OR REPLACE INTO meta VALUES (?, ?)').run(name, value)
    }
    for (const segment of batch.segments ?? []) this.writeSegment('INSERT', segment)
    for (const segment of batch.segmentsReplaced ?? []) {
      this.writeSegment('INSERT OR REPLACE', segment)
    }
    for (const id of batch.segmentsGone ?? []) {
      this.prepare('DELETE FROM segments WHERE id=?').run(id)
    }
  }

  private writeSegment(verb: 'INSERT' | 'INSERT OR REPLACE', segment: Segment): void {
    const { id, from, count, term, directory, body } = segment
    const insert = this.prepare(`${verb} INTO segments VALUES (?, ?, ?, ?, ?, ?)`)
    try {
      insert.run(id, from, count, term, directory, body)
    } catch (cause) {
      if ((cause as { errcode?: number }).errcode !== PRIMARY_KEY_TAKEN) throw cause
      throw new IdTaken('the log has a segment of this id', { cause })
    }
  }

  private applyChange({ shelf: { owner, collection }, key, row, added, removed }: Change): void {
    if (row) {
      const upsert = this.prepare('INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?)')
      upsert.run(owner, collection, key, row.revision, row.term, row.body)
    } else {
      const remove = this.prepare('DELETE FROM records WHERE owner=? AND collection=? AND key=?')
      remove.run(owner, collection, key)
    }
    for (const { index, value } of removed) {
      const remove = 'DELETE FROM entries WHERE owner=? AND idx=? AND value=? AND key=?'
      this.prepare(remove).run(owner, index, value, key)
    }
    for (const { index, value } of added) {
      this.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)').run(
        owner,
        index,
        value,
        key,
      )
    }
  }

  /** A statement that returns rows as arrays, kept for the next use. */
  prepare(sql: string): StatementSync {
    let statement = this.prepared.get(sql)
    if (!statement) {
      statement = this.database.prepare(sql)
      statement.setReturnArrays(true)
      this.prepared.set(sql, statement)
    }
    return statement
  }
}

const buffer = (bytes: Uint8Array): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const rowOf = ([key, revision, term, body]: Fields): Row => ({
  key,
  revision,
  term,
  body: buffer(body),
})
