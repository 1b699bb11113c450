import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Config, ConfigError } from '../config.ts'
import { tokenKey } from '../outside/token-key.ts'
import { parseUnseal, type Unseal } from '../storage/barrier/unseal.ts'

/** The way to unseal that a configuration names. */
export const unsealOf = (config: Config): Unseal =>
  unsealBy(config, config.unseal, config.passphrase)

/** The same for another `--unseal` value; PIN and credentials are this process's own. */
export const unsealBy = (config: Config, text: string, passphrase: string | undefined): Unseal =>
  parseUnseal(text, {
    passphrase,
    credentialsDirectory: config.credentialsDirectory,
    tokenKey: (at) => tokenKey(at, () => pinOf(config)),
  })

/** Libraries that were named at the start; no call from outside makes this process load another. */
export function trustedModules(config: Config): ReadonlySet<string> {
  const unseal = config.unseal.startsWith('pkcs11:') ? unsealOf(config) : undefined
  return new Set([
    ...(config.hsm === undefined ? [] : [resolve(config.hsm)]),
    ...(unseal?.kind === 'pkcs11' ? [unseal.at.module] : []),
  ])
}

function pinOf({ pkcs11Pin, pkcs11PinFile }: Config): string {
  if (pkcs11Pin !== undefined) return pkcs11Pin
  if (pkcs11PinFile === undefined)
    throw new ConfigError(
      'the token needs its PIN: set SALLYPORT_PKCS11_PIN, or SALLYPORT_PKCS11_PIN_FILE to a file that holds it',
    )
  try {
    return readFileSync(pkcs11PinFile, 'utf8').trimEnd()
  } catch (error) {
    throw new ConfigError(`the PIN file cannot be read: ${(error as Error).message}`)
  }
}
