import type { Labour } from '../src/app.ts'
import { passwordsAt } from '../src/crypto/passwords.ts'
import type { Random } from '../src/kernel/ports.ts'
import { systemRandom } from '../src/kernel/random.ts'

type RsaKey = ReturnType<Random['rsaKey']>

/** So many keys of a length; one that was just handed out does not come again soon. */
const keysOfLength = 5
const known = new Map<number, RsaKey[]>()
let handedOut = 0

function rsaKey(bits: number): RsaKey {
  const keys = known.get(bits) ?? []
  known.set(bits, keys)
  if (keys.length < keysOfLength) keys.push(systemRandom.rsaKey(bits))
  return keys[handedOut++ % keys.length]!
}

/**
 * Work made light for tests, which make users and pools by the hundred and are hardly ever about what a
 * password or a key costs: Argon2id at its least, and RSA keys that come back.
 */
export const lightLabour: Labour = {
  random: { ...systemRandom, rsaKey },
  passwords: passwordsAt({ memory: 8, passes: 1, lanes: 1 }),
}
