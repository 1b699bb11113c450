import type {
  Entry,
  PlacedRow,
  Range,
  Row,
  Segment,
  SegmentQuery,
  Shelf,
  WideRead,
} from '../driver.ts'
import type { Query } from './connection.ts'

type Fields = [Buffer, number, number, Buffer]

/** Reads over a connection or a pool. */
export class PostgresRead implements WideRead {
  private readonly run: (query: Query) => Promise<unknown[][]>

  constructor(run: (query: Query) => Promise<unknown[][]>) {
    this.run = run
  }

  async get(shelf: Shelf, key: Uint8Array): Promise<Row | undefined> {
    const [fields] = await this.run({
      name: 'get',
      text: `SELECT key, revision, term, body FROM records
             WHERE owner=$1 AND collection=$2 AND key=$3`,
      values: [shelf.owner, shelf.collection, key],
    })
    return fields && rowOf(fields as Fields)
  }

  async range(shelf: Shelf, { from, to, limit }: Range): Promise<Row[]> {
    const found = await this.run({
      name: 'range',
      text: `SELECT key, revision, term, body FROM records
             WHERE owner=$1 AND collection=$2 AND key>=$3 AND key<$4 ORDER BY key LIMIT $5`,
      values: [shelf.owner, shelf.collection, from, to, limit],
    })
    return found.map((fields) => rowOf(fields as Fields))
  }

  async find(shelf: Shelf, entry: Entry, { from, to, limit }: Range): Promise<Row[]> {
    const found = await this.run({
      name: 'find',
      text: `SELECT r.key, r.revision, r.term, r.body FROM entries e JOIN records r
             ON r.owner=e.owner AND r.collection=$1 AND r.key=e.key
             WHERE e.owner=$2 AND e.idx=$3 AND e.value=$4 AND e.key>=$5 AND e.key<$6
             ORDER BY e.key LIMIT $7`,
      values: [shelf.collection, shelf.owner, entry.index, entry.value, from, to, limit],
    })
    return found.map((fields) => rowOf(fields as Fields))
  }

  async meta(name: string): Promise<Uint8Array | undefined> {
    const text = 'SELECT value FROM meta WHERE name=$1'
    const [fields] = await this.run({ name: 'meta', text, values: [name] })
    return fields?.[0] as Buffer | undefined
  }

  async sequence(): Promise<number> {
    const text = "SELECT nextval('facts')"
    const [fields] = await this.run({ name: 'sequence', text, values: [] })
    return Number(fields![0])
  }

  async sweep(after: PlacedRow | undefined, limit: number): Promise<PlacedRow[]> {
    const start = Buffer.alloc(0)
    const values = after
      ? [after.owner, after.collection, after.key, limit]
      : [start, -1, start, limit]
    const found = await this.run({
      name: 'sweep',
      text: `SELECT owner, collection, key, revision, term, body FROM records
             WHERE (owner, collection, key) > ($1, $2, $3)
             ORDER BY owner, collection, key LIMIT $4`,
      values,
    })
    return found.map(([owner, collection, ...row]) => ({
      owner: owner as Buffer,
      collection: collection as number,
      ...rowOf(row as Fields),
    }))
  }

  async segments(query: SegmentQuery): Promise<Omit<Segment, 'body'>[]> {
    const found = await this.run({
      name: 'segments',
      text: `SELECT id, begins, count, term, directory FROM segments
             WHERE id<=$1 AND id>=$2 AND begins<=$3 ORDER BY id DESC LIMIT $4`,
      values: [query.newest, query.oldest, query.beginsBy, query.limit],
    })
    return found.map((fields) => {
      const [id, from, count, term, directory] = fields as [number, number, number, number, Buffer]
      return { id, from, count, term, directory }
    })
  }

  async segmentBody(id: number): Promise<Uint8Array | undefined> {
    const text = 'SELECT body FROM segments WHERE id=$1'
    const [fields] = await this.run({ name: 'segment-body', text, values: [id] })
    return fields?.[0] as Buffer | undefined
  }
}

const rowOf = ([key, revision, term, body]: Fields): Row => ({ key, revision, term, body })
