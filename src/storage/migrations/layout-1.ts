import type { Step } from './step.ts'

/**
 * The first layout. Keys begin with the owner, so that both tables of records can be partitioned
 * by its hash; index numbers are unique over all collections.
 */
export const layout1: Step = {
  layout: 1,
  sqlite: [
    'CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID',
    `CREATE TABLE records (owner BLOB NOT NULL, collection INTEGER NOT NULL, key BLOB NOT NULL,
       revision INTEGER NOT NULL, term INTEGER NOT NULL, body BLOB NOT NULL,
       PRIMARY KEY (owner, collection, key)) WITHOUT ROWID`,
    `CREATE TABLE entries (owner BLOB NOT NULL, idx INTEGER NOT NULL, value BLOB NOT NULL,
       key BLOB NOT NULL, PRIMARY KEY (owner, idx, value, key)) WITHOUT ROWID`,
    `CREATE TABLE segments (id INTEGER PRIMARY KEY, begins INTEGER NOT NULL,
       count INTEGER NOT NULL, term INTEGER NOT NULL, directory BLOB NOT NULL, body BLOB NOT NULL)`,
  ],
  postgres: [
    'CREATE TABLE meta (name TEXT PRIMARY KEY, value BYTEA NOT NULL)',
    `CREATE TABLE records (owner BYTEA NOT NULL, collection BIGINT NOT NULL, key BYTEA NOT NULL,
       revision BIGINT NOT NULL, term BIGINT NOT NULL, body BYTEA NOT NULL,
       PRIMARY KEY (owner, collection, key))`,
    `CREATE TABLE entries (owner BYTEA NOT NULL, idx BIGINT NOT NULL, value BYTEA NOT NULL,
       key BYTEA NOT NULL, PRIMARY KEY (owner, idx, value, key))`,
    `CREATE TABLE segments (id BIGINT PRIMARY KEY, begins BIGINT NOT NULL, count BIGINT NOT NULL,
       term BIGINT NOT NULL, directory BYTEA NOT NULL, body BYTEA NOT NULL)`,
    `CREATE TABLE epochs (account TEXT NOT NULL, kind TEXT NOT NULL, shard TEXT NOT NULL,
       moves BIGINT NOT NULL, moved_at BIGINT NOT NULL, PRIMARY KEY (account, kind, shard))`,
    'CREATE INDEX epochs_moved_at ON epochs (moved_at)',
    'CREATE SEQUENCE facts',
  ],
}
