/**
 * A column that the database never sees in clear: each tenant has a data key, wrapped by KMS and kept
 * beside the rows; each value is sealed under it, bound to its row.
 *
 *     node examples/encrypted-column.ts
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import {
  CreateKeyCommand,
  DecryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms'

const kms = new KMSClient({})
const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Description: 'customers' }))
const KeyId = KeyMetadata!.KeyId!

const database = new DatabaseSync(':memory:')
database.exec(`
  create table tenants (name text primary key, data_key blob not null);
  create table customers (tenant text, id integer, email blob not null, primary key (tenant, id));
`)

/** A tenant's data key: made once, opened by KMS afterwards, and only for this tenant. */
async function dataKey(tenant: string): Promise<Uint8Array> {
  const EncryptionContext = { tenant }
  const row = database.prepare('select data_key from tenants where name = ?').get(tenant)
  if (row !== undefined) {
    const CiphertextBlob = row.data_key as Uint8Array
    const { Plaintext } = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))
    return Plaintext!
  }
  const made = await kms.send(
    new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }),
  )
  database.prepare('insert into tenants values (?, ?)').run(tenant, made.CiphertextBlob!)
  return made.Plaintext!
}

/** The row is authenticated with the value: moved to another row, it opens no more. */
const rowOf = (tenant: string, id: number) => Buffer.from(`${tenant}/${id}/email`)

async function insert(tenant: string, id: number, email: string): Promise<void> {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', await dataKey(tenant), nonce)
  cipher.setAAD(rowOf(tenant, id))
  const sealed = Buffer.concat([nonce, cipher.update(email), cipher.final(), cipher.getAuthTag()])
  database.prepare('insert into customers values (?, ?, ?)').run(tenant, id, sealed)
}

async function select(tenant: string, id: number): Promise<string> {
  const row = database
    .prepare('select email from customers where tenant = ? and id = ?')
    .get(tenant, id)!
  const sealed = Buffer.from(row.email as Uint8Array)
  const decipher = createDecipheriv('aes-256-gcm', await dataKey(tenant), sealed.subarray(0, 12))
  decipher.setAAD(rowOf(tenant, id))
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString()
}

await insert('blue', 1, 'ada@example.com')
await insert('red', 1, 'grace@example.com')
console.log('blue 1:', await select('blue', 1))
console.log('red 1:', await select('red', 1))
// A value that somebody copies to another tenant's row is worth nothing there.
database.exec("update customers set email = (select email from customers where tenant = 'blue')")
console.log('red 1, moved:', await select('red', 1).catch(() => 'cannot be opened'))
