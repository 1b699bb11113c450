import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** SoftHSM2: a PKCS #11 token in software, whose tokens are folders. */

const places = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
]

export const softhsmModule = places.find((path) => existsSync(path))

/** Why tests with a token are left out; where `CI` is set they run, and fail without one. */
export const leftOut = (module: string | undefined, ci: string | undefined): string | false =>
  module === undefined && (ci ?? '') === ''
    ? 'softhsm2 is not installed: tools/install-clients.sh'
    : false

export const withoutSofthsm = leftOut(softhsmModule, process.env.CI)

export const soPin = '87654321'

export interface Token {
  readonly label: string
  readonly pin: string
}

/** The tokens of this process: the library reads its configuration once. */
class Drawer {
  readonly #home = mkdtempSync(join(tmpdir(), 'sallyport-softhsm-'))
  readonly #tokens = join(this.#home, 'tokens')

  constructor() {
    mkdirSync(this.#tokens)
    const file = join(this.#home, 'softhsm2.conf')
    writeFileSync(file, `directories.tokendir = ${this.#tokens}\nlog.level = ERROR\n`)
    process.env.SOFTHSM2_CONF = file
  }

  newToken(label: string, pin = '1234567'): Token {
    execFileSync(
      'softhsm2-util',
      ['--init-token', '--free', '--label', label, '--so-pin', soPin, '--pin', pin],
      { stdio: 'pipe' },
    )
    return { label, pin }
  }

  /** Every token is gone, as if it were unplugged. */
  pullOut(): void {
    renameSync(this.#tokens, `${this.#tokens}.away`)
  }

  putBack(): void {
    renameSync(`${this.#tokens}.away`, this.#tokens)
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true })
  }
}

let drawer: Drawer | undefined
export function tokens(): Drawer {
  drawer ??= new Drawer()
  return drawer
}
