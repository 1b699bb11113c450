import type { Change } from './driver.ts'
import { type Engine, installation } from './engine.ts'
import { shelfOf } from './shelf.ts'
import { encodeKey } from './tuple.ts'

/** The audit's note of a call that is about to change something. */
export interface Journal {
  /** Asked when the call first writes; the row goes into that same commit. */
  intent(): { readonly id: string; readonly body: Uint8Array }
}

/** Where intents wait for the record of their call. */
export const intents = shelfOf('sallyport.intents', 'installation', installation)

export const intentKey = (node: string, id: string): Buffer => encodeKey([node, id])

const noted = new WeakSet<Journal>()

/** The intent's row, unless this journal's is already committed. */
export function intentChange(engine: Engine, journal: Journal): Change | undefined {
  if (noted.has(journal)) return undefined
  const { id, body } = journal.intent()
  const key = intentKey(engine.node, id)
  const row = engine.barrier.seal(intents, key, 1, 1, body)
  return { shelf: intents, key, row, added: [], removed: [] }
}

/** The intent is durable. */
export const markNoted = (journal: Journal): void => void noted.add(journal)
