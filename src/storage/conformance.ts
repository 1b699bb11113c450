import { describe } from 'node:test'
import { conformanceOfEmptying } from './conformance/emptying.ts'
import { conformanceOfEpochs } from './conformance/epochs.ts'
import { conformanceOfFactsAndJobs } from './conformance/facts-and-jobs.ts'
import type { Harness } from './conformance/harness.ts'
import { conformanceOfIsolation } from './conformance/isolation.ts'
import { conformanceOfLog } from './conformance/log.ts'
import { conformanceOfRecords } from './conformance/records.ts'

/** Everything that a driver promises to the floors above. */
export function conformance(harness: Harness): void {
  describe(`${harness.name} conforms`, () => {
    conformanceOfRecords(harness)
    conformanceOfIsolation(harness)
    conformanceOfFactsAndJobs(harness)
    conformanceOfEpochs(harness)
    conformanceOfLog(harness)
    conformanceOfEmptying(harness)
  })
}
