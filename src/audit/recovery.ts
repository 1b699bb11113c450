import { timedUuid } from '../kernel/ids.ts'
import type { Random } from '../kernel/ports.ts'
import { eventKeys } from './event-keys.ts'
import { cloudTrailJson } from './record.ts'
import { encodeBody, encodeDirectory } from './segment.ts'

/** An intent whose process ended before it wrote the record. */
interface Orphan {
  readonly id: string
  readonly body: Uint8Array
  complete(segment: {
    readonly from: number
    readonly to: number
    readonly count: number
    readonly directory: Uint8Array
    readonly body: Uint8Array
  }): Promise<void>
}

/**
 * Completes calls that changed something and were cut off before their record: the change is there,
 * so the log says that it was made, and that its answer was lost.
 */
export async function completeOrphans(
  orphans: readonly Orphan[],
  now: number,
  random: Random,
): Promise<number> {
  for (const orphan of orphans) {
    const intent = JSON.parse(new TextDecoder().decode(orphan.body))
    const { requestId, time, region, account, principal, eventSource, eventName, source } = intent
    const eventId = timedUuid(now, random)
    const record = cloudTrailJson({
      requestId,
      eventId,
      time,
      eventSource,
      eventName,
      region,
      account,
      principal,
      source,
      host: undefined,
      readOnly: false,
      // A JSON text already.
      requestParameters: intent.requestParameters ?? undefined,
      additional: '{"recovered":"the change was made, its answer was lost"}',
      resources: [],
    })
    const about = { requestId, eventId, eventName, eventSource, readOnly: false }
    const keys = eventKeys({ ...about, account, region, principal })
    const mode = 'enforce'
    const decision = JSON.stringify({
      mode,
      principal,
      layers: { identity: [] },
      time,
      targets: [],
    })
    const entries = [{ record, decision, keys }]
    const directory = encodeDirectory(entries)
    await orphan.complete({ from: time, to: time, count: 1, directory, body: encodeBody(entries) })
  }
  return orphans.length
}
