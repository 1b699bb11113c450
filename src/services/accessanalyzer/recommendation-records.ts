import { collection } from '../../kernel/store.ts'
import type { Step } from './recommended-policies.ts'

interface RecommendationRecord {
  readonly analyzerId: string
  readonly findingId: string
  readonly resourceArn: string
  readonly startedAt: Date
  readonly completedAt: Date
  readonly steps: readonly Step[]
}

/** Recommendations by the findings that they were generated for. */
export const recommendations = collection<RecommendationRecord>('accessanalyzer.recommendations')({
  scope: 'region',
  version: 1,
  key: ({ analyzerId, findingId }) => [analyzerId, findingId],
})
