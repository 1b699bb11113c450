import {
  type createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
} from 'jose'
import { remembered } from './remote-documents.ts'

export type KeySet = ReturnType<typeof createLocalJWKSet>

/** How long keys are believed, and how soon an unknown key may ask for them again; milliseconds. */
const believed = 600_000
const askedAgain = 30_000

/**
 * Signing keys that somebody else publishes: fetched once in ten minutes, and again when a token names a
 * key that is not among them.
 * @param owner whose cache it is: what fetches
 * @param name tells one publisher from another
 * @param load fetches the keys; what it throws is thrown
 */
export function remoteKeys(owner: object, name: string, load: () => Promise<KeySet>, now: number) {
  const keys = remembered(owner, `keys ${name}`, load)
  return async (header: JWSHeaderParameters, token: FlattenedJWSInput) => {
    const current = keys.current(now, believed)
    try {
      return await (await current.value)(header, token)
    } catch (error) {
      const unknown = error instanceof errors.JWKSNoMatchingKey
      if (!unknown || Math.abs(now - current.at) < askedAgain) throw error
      return (await keys.again(now).value)(header, token)
    }
  }
}
