import { onPool, type Pool, pool } from './authorization-pools.ts'
import type { Making, World } from './authorization-rows.ts'

/** A pool that watches its users. */
const protect = (p: Pool, w: World) =>
  w.people('UpdateUserPool', {
    ...p.id,
    UserPoolTier: 'PLUS',
    UserPoolAddOns: { AdvancedSecurityMode: 'AUDIT' },
  })

const onProtected = (name: string): [string, Making] => [
  name,
  onPool(name, async (p, w) => {
    await protect(p, w)
    return p.id
  }),
]

/** A user who has done something. */
async function withEvent(p: Pool, w: World) {
  await protect(p, w)
  const { ClientId } = await p.withClient()
  const Username = 'ada'
  await w.people('SignUp', { ClientId, Username, Password: 'Permanent-1' })
  const { AuthEvents } = await w.people('AdminListUserAuthEvents', p.user)
  return { ...p.user, EventId: AuthEvents[0].EventId as string }
}

/** Risk configurations, and what users did. */
export const threatRows: readonly [string, Making][] = [
  onProtected('SetRiskConfiguration'),
  onProtected('DescribeRiskConfiguration'),
  [
    'AdminListUserAuthEvents',
    onPool('AdminListUserAuthEvents', async (p, w) => {
      await withEvent(p, w)
      return p.user
    }),
  ],
  [
    'AdminUpdateAuthEventFeedback',
    onPool('AdminUpdateAuthEventFeedback', async (p, w) => ({
      ...(await withEvent(p, w)),
      FeedbackValue: 'Valid',
    })),
  ],
  [
    'UpdateAuthEventFeedback',
    async (w) => ({
      input: {
        ...(await withEvent(await pool(w), w)),
        FeedbackValue: 'Valid',
        FeedbackToken: 'none',
      },
      decides: [],
      everybody: true,
    }),
  ],
]
