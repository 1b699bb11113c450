import type { TokenLogin } from '../kernel/ports.ts'
import { pkcs11 } from './pkcs11.ts'

/**
 * One key on one token, for wrapping a root key.
 * @param pin is asked for at each use, so that it need not stay in memory
 */
export function tokenKey(
  { module, token, key }: { readonly module: string; readonly token: string; readonly key: string },
  pin: () => string,
) {
  const tokens = pkcs11(module)
  const login = async (): Promise<TokenLogin> => ({ label: token, pin: pin() })
  return {
    check: async (): Promise<void> => tokens.check(await login()),
    async ensure(): Promise<void> {
      const there = await tokens.hasKey(await login(), key)
      if (!there) await tokens.makeKey(await login(), key)
    },
    seal: async (plain: Uint8Array, bound: Uint8Array): Promise<Buffer> =>
      tokens.seal(await login(), key, plain, bound),
    open: async (sealed: Uint8Array, bound: Uint8Array): Promise<Buffer | undefined> =>
      tokens.open(await login(), key, sealed, bound),
  }
}
