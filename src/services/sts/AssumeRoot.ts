import { fail, operation } from './contract.ts'
import { issue, tokenSizes } from './sessions.ts'

/** Seconds that a privileged session lasts at most. */
const quarterHour = 900

const tasks = 'arn:aws:iam::aws:policy/root-task/'

/** The feature of the organization that a task belongs to. */
const featureOf = (arn: string): string | undefined => {
  if (!arn.startsWith(tasks)) return undefined
  return arn.startsWith(`${tasks}IAM`) ? 'RootCredentialsManagement' : 'RootSessions'
}

const accountOf = (principal: string): string | undefined =>
  /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(principal)?.[1]

const refused = (message: string) => fail('AccessDenied', message)

export const AssumeRoot = operation('AssumeRoot', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const member = accountOf(input.TargetPrincipal)
      const resource = `arn:aws:iam::${member ?? read.account}:root`
      const context = { 'sts:TaskPolicyArn': input.TaskPolicyArn.arn }
      return [{ resource, context, record: member }]
    },
  },
  async handle(input, ctx, [{ record: member }]) {
    const { principal } = ctx.caller
    if (member === undefined)
      throw fail('ValidationError', `Invalid TargetPrincipal: ${input.TargetPrincipal}`)
    if (principal.kind === 'root') throw refused('Root sessions may not be assumed by root users.')
    const own = await ctx.guardrails.membership(principal.account)
    const theirs = await ctx.guardrails.membership(member)
    const manages =
      own?.managementAccount === principal.account ||
      own?.delegatedServices.includes('iam.amazonaws.com')
    if (own === undefined || !manages || theirs?.organizationId !== own.organizationId)
      throw refused('The caller does not manage the member account.')
    if (theirs.managementAccount === member) throw refused('Root sessions are for member accounts.')
    const { arn = '' } = input.TaskPolicyArn
    const feature = featureOf(arn)
    const policy = feature && (await ctx.principals.managedPolicy(arn))
    if (feature === undefined || !policy)
      throw fail('ValidationError', `The task policy ${arn} does not exist.`)
    const { organizationFeatures } = await ctx.principals.tokenSettings(own.managementAccount)
    if (!organizationFeatures.includes(feature))
      throw refused(`${feature} is not enabled for the organization.`)
    const issuedAt = ctx.now().getTime()
    const seconds = Math.min(input.DurationSeconds ?? quarterHour, quarterHour)
    const sourceIdentity = principal.session?.sourceIdentity
    const session = {
      issuedAt,
      expiresAt: issuedAt + seconds * 1_000,
      assumedRoot: true,
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    }
    const Credentials = await issue(
      {
        kind: 'root',
        account: member,
        principalId: member,
        session,
        policies: [policy.document],
      },
      ctx,
      input.MinimumSessionTokenSize,
    )
    return {
      Credentials,
      ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
      ...tokenSizes(Credentials.SessionToken),
    }
  },
})
