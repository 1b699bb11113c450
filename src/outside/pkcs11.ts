import { hash, timingSafeEqual } from 'node:crypto'
import type { Handle, Mechanism, PKCS11, Template } from 'pkcs11js'
import { TokenFailed, type TokenLogin, type Tokens } from '../kernel/ports.ts'
import { asFailure, isDecryptionFailure, isLoss } from './pkcs11-errors.ts'

type Binding = typeof import('pkcs11js')

const nonceLength = 12
const tagLength = 16
/** Sessions of one token that work at the same time. */
const mostSessions = 4
/** Milliseconds: a token that stays away must not disturb the library's others all the time. */
const restartEvery = 500

/** The native binding; built where it is installed, and therefore optional. */
async function binding(): Promise<Binding> {
  try {
    const loaded = (await import('pkcs11js')) as Binding & { readonly default?: Binding }
    return loaded.default ?? loaded
  } catch (cause) {
    throw new TokenFailed(
      'absent',
      'hardware tokens need the package pkcs11js, which is not installed or was not built: install a C++ compiler, make and python3, then run npm install pkcs11js',
      { cause },
    )
  }
}

/** What is open of one token. */
interface Open {
  readonly slot: Handle
  readonly pin: string
  /** Keeps the user logged in while the others come and go. */
  readonly first: Handle
  readonly idle: Handle[]
  sessions: number
  readonly waiting: ((session: Handle) => void)[]
  readonly keys: Map<string, Handle>
}

/** One PKCS #11 library. The standard permits one initialization per process, so it is shared. */
class Module {
  readonly path: string
  private loaded: Promise<{ readonly p11: Binding; readonly lib: PKCS11 }> | undefined
  private readonly tokens = new Map<string, Promise<Open>>()
  private readonly running = new Set<Promise<unknown>>()
  private restarting: Promise<void> | undefined
  /** When a token last made the library start anew. */
  private readonly restartedFor = new Map<string, number>()

  constructor(path: string) {
    this.path = path
  }

  /**
   * Works with a token. When it turns out to be gone the library is started anew and the work is done
   * once more: a token that was unplugged and is back needs nobody's help.
   */
  async use<T>(login: TokenLogin, work: (at: At) => Promise<T>): Promise<T> {
    try {
      return await this.useOnce(login, work)
    } catch (error) {
      if (!isLoss(error) || !this.mayRestartFor(login.label)) throw asFailure(error, login.label)
    }
    await this.restart()
    try {
      return await this.useOnce(login, work)
    } catch (error) {
      if (isLoss(error)) this.tokens.delete(login.label)
      throw asFailure(error, login.label)
    }
  }

  private async useOnce<T>(login: TokenLogin, work: (at: At) => Promise<T>): Promise<T> {
    await this.restarting
    const mine = this.work(login, work)
    this.running.add(mine)
    try {
      return await mine
    } finally {
      this.running.delete(mine)
    }
  }

  private async work<T>(login: TokenLogin, work: (at: At) => Promise<T>): Promise<T> {
    const { p11, lib } = await this.library()
    const token = await this.open(login, p11, lib)
    const session = await borrow(token, p11, lib)
    let broken = false
    try {
      return await work({ p11, lib, session, keys: token.keys })
    } catch (error) {
      broken = isLoss(error)
      throw error
    } finally {
      giveBack(token, session, broken)
    }
  }

  async present(label: string): Promise<boolean> {
    await this.restarting
    const there = async (): Promise<boolean> => {
      const { lib } = await this.library()
      return slotOf(lib, label) !== undefined
    }
    if (await there()) return true
    if (!this.mayRestartFor(label)) return false
    await this.restart()
    return there()
  }

  /** Closes what is open of a token; whoever works with it logs in again. */
  async leave(label: string): Promise<void> {
    const known = await this.tokens.get(label)?.catch(() => undefined)
    if (known === undefined) return
    this.tokens.delete(label)
    const loaded = await this.loaded
    try {
      loaded?.lib.C_CloseAllSessions(known.slot)
    } catch {
      // It is gone already.
    }
  }

  private library() {
    this.loaded ??= this.load().catch((error: unknown) => {
      this.loaded = undefined
      throw error
    })
    return this.loaded
  }

  private async load() {
    const p11 = await binding()
    const lib = new p11.PKCS11()
    try {
      lib.load(this.path)
      lib.C_Initialize({ flags: p11.CKF_OS_LOCKING_OK })
    } catch (cause) {
      throw new TokenFailed(
        'absent',
        `the PKCS #11 module ${this.path} cannot be used: ${(cause as Error).message}`,
        { cause },
      )
    }
    return { p11, lib }
  }

  private mayRestartFor(label: string): boolean {
    const now = performance.now()
    if (now - (this.restartedFor.get(label) ?? Number.NEGATIVE_INFINITY) < restartEvery)
      return false
    this.restartedFor.set(label, now)
    return true
  }

  /** Forgets every session and key, and lets the library look for its tokens again. */
  private restart(): Promise<void> {
    this.restarting ??= (async () => {
      await Promise.allSettled(this.running)
      const loaded = await this.loaded?.catch(() => undefined)
      this.tokens.clear()
      this.loaded = undefined
      try {
        loaded?.lib.C_Finalize()
      } catch {
        // It was not even initialized: it had no token when it began.
      }
      loaded?.lib.close()
    })().finally(() => {
      this.restarting = undefined
    })
    return this.restarting
  }

  private async open(login: TokenLogin, p11: Binding, lib: PKCS11): Promise<Open> {
    const known = await this.tokens.get(login.label)
    if (known !== undefined) {
      if (samePin(known.pin, login.pin)) return known
      throw new TokenFailed('wrong PIN', `the token ${login.label} refuses the PIN`)
    }
    const opening = (async () => openToken(login, p11, lib))()
    this.tokens.set(login.label, opening)
    opening.catch(() => this.tokens.delete(login.label))
    return opening
  }
}

const samePin = (one: string, other: string): boolean =>
  timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'))

interface At {
  readonly p11: Binding
  readonly lib: PKCS11
  readonly session: Handle
  /** Handles of keys by their labels. */
  readonly keys: Map<string, Handle>
}

const slotOf = (lib: PKCS11, label: string): Handle | undefined =>
  lib
    .C_GetSlotList(true)
    .find((slot) => lib.C_GetTokenInfo(slot).label.replace(/[\0 ]+$/, '') === label)

function openToken({ label, pin }: TokenLogin, p11: Binding, lib: PKCS11): Open {
  const slot = slotOf(lib, label)
  if (slot === undefined)
    throw new TokenFailed('absent', `there is no token with the label ${label}`)
  // Whoever is logged in already would not be asked for the PIN.
  lib.C_CloseAllSessions(slot)
  const first = lib.C_OpenSession(slot, p11.CKF_SERIAL_SESSION | p11.CKF_RW_SESSION)
  try {
    lib.C_Login(first, p11.CKU_USER, pin)
  } catch (error) {
    lib.C_CloseSession(first)
    throw error
  }
  return { slot, pin, first, idle: [], sessions: 0, waiting: [], keys: new Map() }
}

function borrow(token: Open, p11: Binding, lib: PKCS11): Handle | Promise<Handle> {
  const idle = token.idle.pop()
  if (idle !== undefined) return idle
  if (token.sessions < mostSessions) {
    token.sessions++
    try {
      return lib.C_OpenSession(token.slot, p11.CKF_SERIAL_SESSION | p11.CKF_RW_SESSION)
    } catch (error) {
      token.sessions--
      throw error
    }
  }
  return new Promise((resolve) => token.waiting.push(resolve))
}

function giveBack(token: Open, session: Handle, broken: boolean): void {
  const next = token.waiting.shift()
  // A broken session tells the next one the same; the restart that follows drops them all.
  if (next !== undefined) next(session)
  else if (broken) token.sessions--
  else token.idle.push(session)
}

function findKey({ p11, lib, session, keys }: At, label: string): Handle | undefined {
  const known = keys.get(label)
  if (known !== undefined) return known
  const template: Template = [
    { type: p11.CKA_CLASS, value: p11.CKO_SECRET_KEY },
    { type: p11.CKA_KEY_TYPE, value: p11.CKK_AES },
    { type: p11.CKA_LABEL, value: label },
  ]
  lib.C_FindObjectsInit(session, template)
  try {
    const [found] = lib.C_FindObjects(session, 1)
    if (found !== undefined) keys.set(label, found)
    return found
  } finally {
    lib.C_FindObjectsFinal(session)
  }
}

function mustFind(at: At, label: string): Handle {
  const key = findKey(at, label)
  if (key === undefined) throw new TokenFailed('no such key', `the token has no key ${label}`)
  return key
}

const gcm = (p11: Binding, iv: Buffer, aad: Uint8Array): Mechanism => ({
  mechanism: p11.CKM_AES_GCM,
  parameter: {
    type: p11.CK_PARAMS_AES_GCM,
    iv,
    ivBits: iv.length * 8,
    aad: Buffer.from(aad),
    tagBits: tagLength * 8,
  } as Mechanism['parameter'],
})

const modules = new Map<string, Module>()

function moduleAt(path: string): Module {
  let module = modules.get(path)
  if (module === undefined) {
    module = new Module(path)
    modules.set(path, module)
  }
  return module
}

/**
 * The tokens of a PKCS #11 library. It is loaded when a token is first used. Long work happens on
 * the thread pool, so that a slow token holds up nobody else.
 * @param path of the library; undefined where none is configured
 */
export function pkcs11(path: string | undefined): Tokens {
  const use = <T>(login: TokenLogin, work: (at: At) => Promise<T>): Promise<T> => {
    if (path === undefined)
      return Promise.reject(
        new TokenFailed(
          'absent',
          'no PKCS #11 module is configured: start with --hsm <module path>',
        ),
      )
    return moduleAt(path).use(login, work)
  }
  return {
    async present(label) {
      return path !== undefined && (await moduleAt(path).present(label))
    },
    check: (login) => use(login, async ({ lib, session }) => void lib.C_GetSessionInfo(session)),
    hasKey: (login, label) => use(login, async (at) => findKey(at, label) !== undefined),
    makeKey: (login, label) =>
      use(login, async ({ p11, lib, session, keys }) => {
        const template: Template = [
          { type: p11.CKA_CLASS, value: p11.CKO_SECRET_KEY },
          { type: p11.CKA_KEY_TYPE, value: p11.CKK_AES },
          { type: p11.CKA_VALUE_LEN, value: 32 },
          { type: p11.CKA_LABEL, value: label },
          { type: p11.CKA_TOKEN, value: true },
          { type: p11.CKA_PRIVATE, value: true },
          { type: p11.CKA_SENSITIVE, value: true },
          { type: p11.CKA_EXTRACTABLE, value: false },
          { type: p11.CKA_ENCRYPT, value: true },
          { type: p11.CKA_DECRYPT, value: true },
        ]
        const mechanism = { mechanism: p11.CKM_AES_KEY_GEN }
        keys.set(label, await lib.C_GenerateKeyAsync(session, mechanism, template))
      }),
    removeKey: (login, label) =>
      use(login, async (at) => {
        const key = findKey(at, label)
        if (key === undefined) return
        at.keys.delete(label)
        at.lib.C_DestroyObject(at.session, key)
      }),
    seal: (login, label, plain, bound) =>
      use(login, async (at) => {
        const { p11, lib, session } = at
        const nonce = lib.C_GenerateRandom(session, Buffer.alloc(nonceLength))
        lib.C_EncryptInit(session, gcm(p11, nonce, bound), mustFind(at, label))
        const room = Buffer.alloc(plain.length + tagLength)
        const sealed = await lib.C_EncryptAsync(session, Buffer.from(plain), room)
        return Buffer.concat([nonce, sealed])
      }),
    open: (login, label, sealed, bound) =>
      use(login, async (at) => {
        const { p11, lib, session } = at
        if (sealed.length < nonceLength + tagLength) return undefined
        const bytes = Buffer.from(sealed)
        const nonce = bytes.subarray(0, nonceLength)
        lib.C_DecryptInit(session, gcm(p11, nonce, bound), mustFind(at, label))
        try {
          const room = Buffer.alloc(bytes.length)
          return await lib.C_DecryptAsync(session, bytes.subarray(nonceLength), room)
        } catch (error) {
          if (!isDecryptionFailure(error)) throw error
          // SoftHSM has one word for a wrong tag and for a broken token: look which it was.
          at.keys.delete(label)
          if (findKey(at, label) === undefined) throw error
          return undefined
        }
      }),
    random: (login, length) =>
      use(login, async ({ lib, session }) => lib.C_GenerateRandom(session, Buffer.alloc(length))),
    async leave(label) {
      if (path !== undefined) await moduleAt(path).leave(label)
    },
  }
}
