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

const NotifyConfiguration = {
  SourceArn: 'arn:aws:ses:us-east-1:123456789012:identity/a@example.com',
  NoActionEmail: { Subject: 'You?', TextBody: '{event-id} {feedback-token}' },
}
const Actions = { LowAction: { EventAction: 'NO_ACTION', Notify: true } }

const from = (IpAddress: string, headerValue: string) => ({
  IpAddress,
  ServerName: 'app',
  ServerPath: '/',
  HttpHeaders: [{ headerName: 'user-agent', headerValue }],
})

/** What a user is told of a sign-in that looks like somebody else's. */
async function withMail(p: Pool, w: World) {
  await w.people('UpdateUserPool', {
    ...p.id,
    UserPoolTier: 'PLUS',
    UserPoolAddOns: { AdvancedSecurityMode: 'ENFORCED' },
  })
  const AccountTakeoverRiskConfiguration = { NotifyConfiguration, Actions }
  await w.people('SetRiskConfiguration', { ...p.id, AccountTakeoverRiskConfiguration })
  const { ClientId } = await p.withClient({
    ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH'],
  })
  const email = `${w.account}.risk@example.com`
  await p.withUser({ UserAttributes: [{ Name: 'email', Value: email }] })
  await w.people('AdminSetUserPassword', { ...p.user, Password: 'Permanent-1', Permanent: true })
  const AuthParameters = { USERNAME: 'ada', PASSWORD: 'Permanent-1' }
  const signIn = { ...p.id, ClientId, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', AuthParameters }
  const home = from('198.51.100.7', 'Firefox/126.0 Windows')
  await w.people('AdminInitiateAuth', { ...signIn, ContextData: home })
  const away = from('203.0.113.9', 'Firefox/126.0 Linux')
  await w.people('AdminInitiateAuth', { ...signIn, ContextData: away })
  // Mails go out by a job, within a second or two.
  for (let tries = 0; tries < 400; tries++) {
    const mails = w.app.house.inbox(email) as readonly { readonly text: string }[]
    const [EventId, FeedbackToken] = mails.at(-1)?.text.split(' ') ?? []
    if (FeedbackToken !== undefined) return { ...p.user, EventId, FeedbackToken }
    await new Promise((later) => setTimeout(later, 50))
  }
  throw new Error('no mail about the sign-in has come')
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
      input: { ...(await withMail(await pool(w), w)), FeedbackValue: 'Invalid' },
      decides: [],
      everybody: true,
    }),
  ],
]
