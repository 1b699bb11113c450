import type { Log } from '../kernel/ports.ts'

/** Says nothing, for tests. */
export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {} }
