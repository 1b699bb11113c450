import type { EventFilter } from '../../kernel/ports.ts'
import { fail, operation } from './contract.ts'

const ninetyDays = 90 * 86_400_000

/** What a CloudTrail record holds that the answer repeats beside it. */
interface CloudTrailRecord {
  readonly eventID: string
  readonly eventName: string
  readonly eventSource: string
  readonly eventTime: string
  readonly readOnly?: boolean
  readonly userIdentity: {
    readonly userName?: string
    readonly accessKeyId?: string
    readonly principalId?: string
    readonly type: string
  }
  readonly resources?: readonly { readonly ARN: string; readonly type?: string }[]
}

/** The history of the caller's account and Region, newest first, 50 to a page. */
export const LookupEvents = operation('LookupEvents', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(input, ctx) {
    const now = ctx.now().getTime()
    const from = Math.max(input.StartTime?.getTime() ?? 0, now - ninetyDays)
    const to = input.EndTime?.getTime() ?? now + 1_000
    if ((input.StartTime?.getTime() ?? 0) > to)
      throw fail('InvalidTimeRangeException', 'Start time must be before or equal to end time.')
    if ((input.LookupAttributes?.length ?? 0) > 1)
      throw fail('InvalidLookupAttributesException', 'Only one lookup attribute is allowed.')
    if (input.MaxResults !== undefined && (input.MaxResults < 1 || input.MaxResults > 50))
      throw fail('InvalidMaxResultsException', 'MaxResults must be between 1 and 50.')
    const [attribute] = input.LookupAttributes ?? []
    const filter = attribute && {
      key: attribute.AttributeKey as EventFilter['key'],
      value: attribute.AttributeValue,
    }
    const { account, region } = ctx
    const seal = await ctx.ports.seals.ready('page')
    const bound = `cloudtrail/${account}/${region}/${JSON.stringify(filter ?? null)}`
    let after: string | undefined
    if (input.NextToken !== undefined) {
      const opened = seal.open(input.NextToken, bound)
      if (opened === undefined)
        throw fail('InvalidNextTokenException', 'The specified next token is not valid.')
      after = new TextDecoder().decode(opened)
    }
    const limit = input.MaxResults ?? 50
    const page = await ctx.ports.events.lookup({ account, region, from, to, filter, after, limit })
    return {
      Events: page.records.map(eventShape),
      ...(page.after !== undefined && {
        NextToken: seal.seal(new TextEncoder().encode(page.after), bound),
      }),
    }
  },
})

function eventShape(text: string) {
  const record: CloudTrailRecord = JSON.parse(text)
  const { userIdentity } = record
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    EventSource: record.eventSource,
    EventTime: new Date(record.eventTime),
    ReadOnly: String(record.readOnly ?? false),
    Username: userName(userIdentity),
    ...(userIdentity.accessKeyId !== undefined && { AccessKeyId: userIdentity.accessKeyId }),
    Resources: (record.resources ?? []).map(({ ARN, type }) => ({
      ResourceName: ARN,
      ...(type !== undefined && { ResourceType: type }),
    })),
    CloudTrailEvent: text,
  }
}

/** A user's name, `root`, or the session name behind the colon of the principal id. */
function userName({ type, userName, principalId }: CloudTrailRecord['userIdentity']): string {
  if (type === 'Root') return 'root'
  return userName ?? principalId?.slice(principalId.indexOf(':') + 1) ?? ''
}
