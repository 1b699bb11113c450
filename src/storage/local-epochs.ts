import type { Epochs } from './driver.ts'

/** Epochs of a database that only this process writes: exact, and gone with the process. */
export class LocalEpochs implements Epochs {
  private readonly moves = new Map<string, number>()
  private clock = 0

  current(account: string, kind: string): number | undefined {
    return this.moves.get(`${account}/${kind}`) ?? 0
  }

  /** Moves them. Call it when reads already see the writes, and before anybody is told. */
  move(epochs: readonly (readonly [string, string])[] | undefined): void {
    for (const [account, kind] of epochs ?? []) this.moves.set(`${account}/${kind}`, ++this.clock)
  }
}
