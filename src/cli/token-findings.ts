import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { unsealOf } from '../app/unsealing.ts'
import { environment, readConfig } from '../config.ts'
import type { Finding } from './finding.ts'

/** What there is to say of a root key on a token: module, PIN, and whether the two open it. */
export async function* tokenFindings(): AsyncGenerator<Finding> {
  const file = environment('SALLYPORT_PKCS11_PIN_FILE')
  if (file !== undefined) {
    if (!existsSync(file))
      yield {
        level: 'wrong',
        what: `there is no PIN file ${resolve(file)}`,
        remedy: 'let SALLYPORT_PKCS11_PIN_FILE name the file that holds the PIN of the token',
      }
    else if ((statSync(file).mode & 0o077) !== 0)
      yield {
        level: 'warning',
        what: `others may read the PIN of the token in ${resolve(file)}`,
        remedy: `chmod 600 ${file}, and set another PIN on the token`,
      }
  }
  if (!environment('SALLYPORT_UNSEAL')?.startsWith('pkcs11:')) return
  try {
    const unseal = unsealOf(readConfig([]))
    if (unseal.kind !== 'pkcs11') return
    const { token, key, module } = unseal.at
    // A key that is not there yet is made at the first start: asking for it must not make it.
    await unseal.tokenKey.check()
    yield { level: 'good', what: `the token ${token} answers through ${module} (key ${key})` }
  } catch (error) {
    yield {
      level: 'wrong',
      what: `the root key on the token cannot be used: ${(error as Error).message}`,
      remedy: 'without it the store does not open: see to token, PIN and module, then start',
    }
  }
}
