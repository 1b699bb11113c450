import { createHash, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { deriveFromPassphrase, newPassphraseParameters, type Parameters } from './passphrase.ts'

/** What opens a store. Several may open the same one, each in a slot of its own. */
export type Unseal =
  /** A file with mode 0600; made when a new store is opened and there is none. */
  | { readonly kind: 'keyfile'; readonly path: string }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  /** A systemd credential: a file that `LoadCredentialEncrypted=` puts into a directory. */
  | { readonly kind: 'credential'; readonly name: string; readonly directory: string }
  /** Random bytes that end with the process: for the memory store. */
  | { readonly kind: 'ephemeral'; readonly secret: Uint8Array }

/** How a slot turns its secret into the key that wraps the root key. */
export interface SlotHeader {
  readonly kind: Unseal['kind']
  readonly salt: string
  readonly parameters?: Parameters
}

/**
 * Reads an `--unseal` value: `keyfile:<path>`, `passphrase` (the text comes from elsewhere, never
 * from the command line), `credential:<name>`.
 */
export function parseUnseal(
  text: string,
  from: { passphrase?: string | undefined; credentialsDirectory?: string | undefined },
): Unseal {
  const colon = text.indexOf(':')
  const kind = colon < 0 ? text : text.slice(0, colon)
  const rest = colon < 0 ? '' : text.slice(colon + 1)
  if (kind === 'keyfile' && rest) return { kind, path: resolve(rest) }
  if (kind === 'passphrase') {
    if (!from.passphrase) throw new Error('unsealing by passphrase needs the passphrase')
    return { kind, passphrase: from.passphrase }
  }
  if (kind === 'credential' && rest) {
    if (rest.includes('/')) throw new Error('a credential has a name, not a path')
    const directory = from.credentialsDirectory
    if (!directory) {
      throw new Error('there is no CREDENTIALS_DIRECTORY: run under systemd with LoadCredential=')
    }
    return { kind, name: rest, directory }
  }
  throw new Error(`cannot unseal by '${text}': use keyfile:<path>, passphrase or credential:<name>`)
}

/** The header of a new slot for the secret. */
export const newSlotHeader = (kind: Unseal['kind']): SlotHeader => ({
  kind,
  salt: randomBytes(16).toString('base64'),
  ...(kind === 'passphrase' ? { parameters: newPassphraseParameters() } : {}),
})

/** The key that wraps the root key in a slot. */
export async function slotKey(unseal: Unseal, header: SlotHeader): Promise<KeyObject> {
  const salt = Buffer.from(header.salt, 'base64')
  if (unseal.kind === 'passphrase') {
    if (!header.parameters) throw new Error('the slot has no passphrase parameters')
    return createSecretKey(await deriveFromPassphrase(unseal.passphrase, salt, header.parameters))
  }
  if (unseal.kind === 'ephemeral') return derive(unseal.secret, salt)
  const path = unseal.kind === 'keyfile' ? unseal.path : join(unseal.directory, unseal.name)
  const secret = readSecret(path, unseal.kind === 'keyfile')
  return derive(secret, salt)
}

const derive = (secret: Uint8Array, salt: Uint8Array): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync('sha256', secret, salt, 'sallyport slot', 32)))

/** Makes the key file unless it is there. */
export function ensureKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  let file: number
  try {
    file = openSync(path, 'wx', 0o600)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') return
    throw cause
  }
  writeSync(file, `${randomBytes(32).toString('base64url')}\n`)
  fsyncSync(file)
  closeSync(file)
  const directory = openSync(dirname(path), 'r')
  fsyncSync(directory)
  closeSync(directory)
}

function readSecret(path: string, strict: boolean): Buffer {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (cause) {
    throw new Error(`cannot read the unseal key ${path}: restore it, or unseal in another way`, {
      cause,
    })
  }
  try {
    const { mode, size } = fstatSync(file)
    if (strict && (mode & 0o077) !== 0) {
      throw new Error(`others may read the unseal key ${path}: run chmod 600 ${path}`)
    }
    if (size > 4096) throw new Error(`${path} is no unseal key: it has ${size} bytes`)
    const bytes = Buffer.alloc(size)
    readSync(file, bytes, 0, size, 0)
    const text = bytes.toString('latin1').trimEnd()
    if (text.length < 16) throw new Error(`${path} is no unseal key: it is too short`)
    return createHash('sha256').update(text, 'latin1').digest()
  } finally {
    closeSync(file)
  }
}
