import { createHash, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { bind, openBox, sealBox } from './box.ts'
import { deriveFromPassphrase, newPassphraseParameters, type Parameters } from './passphrase.ts'

/** What opens a store. Several may open the same one, each in a slot of its own. */
export type Unseal =
  /** A file with mode 0600; made when a new store is opened and there is none. */
  | { readonly kind: 'keyfile'; readonly path: string }
  | {
      readonly kind: 'passphrase'
      readonly passphrase: string
      /** What new slots cost; without it as much as is right today. No setting reaches it. */
      readonly parameters?: Parameters
    }
  /** A systemd credential: a file that `LoadCredentialEncrypted=` puts into a directory. */
  | { readonly kind: 'credential'; readonly name: string; readonly directory: string }
  /** A key on a hardware token, which it never leaves: the token itself wraps the root key. */
  | { readonly kind: 'pkcs11'; readonly at: TokenAddress; readonly tokenKey: TokenKey }
  /** Random bytes that end with the process: for the memory store. */
  | { readonly kind: 'ephemeral'; readonly secret: Uint8Array }

/** Where a key is: the PKCS #11 library, the token's label, the key's label. */
export interface TokenAddress {
  readonly module: string
  readonly token: string
  readonly key: string
}

/** A key on a token. */
export interface TokenKey {
  /** Whether the token is there and takes its PIN. */
  check(): Promise<void>
  /** Makes the key unless it is there. */
  ensure(): Promise<void>
  seal(plain: Uint8Array, bound: Uint8Array): Promise<Buffer>
  /** Undefined when it is not what this key sealed. */
  open(sealed: Uint8Array, bound: Uint8Array): Promise<Buffer | undefined>
}

/** How a slot turns its secret into the key that wraps the root key. */
export interface SlotHeader {
  readonly kind: Unseal['kind']
  readonly salt: string
  readonly parameters?: Parameters
  /** Which key on which token; the library may lie elsewhere on another machine. */
  readonly token?: Pick<TokenAddress, 'token' | 'key'>
}

const HEADER = Buffer.from('SU\x01', 'latin1')

/**
 * Reads an `--unseal` value: `keyfile:<path>`, `passphrase` (the text comes from elsewhere, never
 * from the command line), `credential:<name>`, `pkcs11:<module path>?token=<label>&key=<label>`.
 */
export function parseUnseal(
  text: string,
  from: {
    passphrase?: string | undefined
    credentialsDirectory?: string | undefined
    /** How to reach hardware tokens. */
    tokenKey?: (at: TokenAddress) => TokenKey
  },
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
  if (kind === 'pkcs11' && rest) {
    const at = parseTokenAddress(rest)
    if (!from.tokenKey) throw new Error('hardware tokens cannot be reached here')
    return { kind, at, tokenKey: from.tokenKey(at) }
  }
  throw new Error(
    `cannot unseal by '${text}': use keyfile:<path>, passphrase, credential:<name> or pkcs11:<module path>?token=<label>&key=<label>`,
  )
}

/** `<module path>?token=<label>&key=<label>`; the key is called sallyport when none is named. */
export function parseTokenAddress(text: string): TokenAddress {
  const mark = text.indexOf('?')
  const query = new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1))
  const module = mark < 0 ? text : text.slice(0, mark)
  const token = query.get('token')
  const known = new Set(['token', 'key'])
  const strange = [...query.keys()].find((name) => !known.has(name))
  if (strange !== undefined)
    throw new Error(
      `pkcs11: takes token and key, not '${strange}'; the PIN is read from SALLYPORT_PKCS11_PIN or the file that SALLYPORT_PKCS11_PIN_FILE names`,
    )
  if (!module || !token)
    throw new Error('name library and token: pkcs11:<module path>?token=<label>&key=<label>')
  return { module: resolve(module), token, key: query.get('key') || 'sallyport' }
}

/** The header of a new slot for the secret. */
export const newSlotHeader = (unseal: Unseal): SlotHeader => ({
  kind: unseal.kind,
  salt: randomBytes(16).toString('base64'),
  ...(unseal.kind === 'passphrase'
    ? { parameters: unseal.parameters ?? newPassphraseParameters() }
    : {}),
  ...(unseal.kind === 'pkcs11' ? { token: { token: unseal.at.token, key: unseal.at.key } } : {}),
})

/** Makes what a new slot needs and may not be there yet. */
export async function prepareUnseal(unseal: Unseal): Promise<void> {
  if (unseal.kind === 'keyfile') ensureKeyFile(unseal.path)
  if (unseal.kind === 'pkcs11') await unseal.tokenKey.ensure()
}

/** The root key, wrapped for a slot. */
export async function wrapRoot(
  unseal: Unseal,
  slot: SlotHeader & { readonly id: string },
  storeId: Uint8Array,
  root: Uint8Array,
): Promise<Buffer> {
  const bound = boundOf(slot, storeId)
  if (unseal.kind === 'pkcs11')
    return Buffer.concat([HEADER, await unseal.tokenKey.seal(root, bound)])
  return sealBox(await slotKey(unseal, slot), HEADER, bound, root)
}

/** The root key of a slot; undefined when the secret is not the slot's. */
export async function unwrapRoot(
  unseal: Unseal,
  slot: SlotHeader & { readonly id: string },
  storeId: Uint8Array,
  wrapped: Uint8Array,
): Promise<Buffer | undefined> {
  const bound = boundOf(slot, storeId)
  if (unseal.kind === 'pkcs11') return unseal.tokenKey.open(wrapped.subarray(HEADER.length), bound)
  return openBox(await slotKey(unseal, slot), HEADER.length, bound, wrapped)
}

const boundOf = (slot: SlotHeader & { readonly id: string }, storeId: Uint8Array): Buffer =>
  bind(
    HEADER,
    'slot',
    storeId,
    slot.id,
    slot.kind,
    slot.salt,
    JSON.stringify(slot.parameters ?? slot.token ?? {}),
  )

/** The key that wraps the root key in a slot. */
async function slotKey(
  unseal: Exclude<Unseal, { kind: 'pkcs11' }>,
  header: SlotHeader,
): Promise<KeyObject> {
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
function ensureKeyFile(path: string): void {
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
