import { AsyncLocalStorage } from 'node:async_hooks'

const inside = new AsyncLocalStorage<true>()

/** True in a transaction's callback, and in everything that it starts. */
export const insideTransaction = (): boolean => inside.getStore() === true

/**
 * Wraps a transaction's callback: it runs in its caller's context, although a driver runs it
 * together with those of others.
 */
export function asInside<A, T>(run: (argument: A) => T): (argument: A) => T {
  const context = AsyncLocalStorage.snapshot()
  return (argument) => context(() => inside.run(true, () => run(argument)))
}

/** Throws in a transaction: only its own `tx` may be awaited there, since it may run again. */
export function refuseInside(what: string): void {
  if (insideTransaction()) {
    throw new Error(`${what} was used inside a transaction: only its tx may be awaited there`)
  }
}
