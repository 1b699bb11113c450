import { AsyncLocalStorage } from 'node:async_hooks'

const inside = new AsyncLocalStorage<true>()

/** True in a transaction's callback, and in everything that it starts. */
export const insideTransaction = (): boolean => inside.getStore() === true

/** Runs a transaction's callback. */
export const runInside = <T>(run: () => T): T => inside.run(true, run)

/** Throws in a transaction: only its own `tx` may be awaited there, since it may run again. */
export function refuseInside(what: string): void {
  if (insideTransaction()) {
    throw new Error(`${what} was used inside a transaction: only its tx may be awaited there`)
  }
}
