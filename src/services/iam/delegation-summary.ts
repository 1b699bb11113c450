import { actionCatalogue } from '../../access/actions.ts'
import { parseArn } from '../../kernel/arn.ts'
import { allowedActions } from './allowed-services.ts'
import { fail, operation } from './contract.ts'
import type { DelegationRecord } from './delegation-records.ts'
import { foundRequest, requestArn, requestTarget } from './delegation-targets.ts'

const idOf = (arn: string): string | undefined => {
  const resource = parseArn(arn)?.resource
  return resource?.startsWith('delegation-request/')
    ? resource.slice('delegation-request/'.length)
    : undefined
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** What a request asks for, in plain English. */
async function summaryOf(request: DelegationRecord): Promise<string> {
  const catalogue = await actionCatalogue()
  const allowed = await allowedActions([request.policy])
  const services = [...allowed]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([vendor, names]) => {
      const count = names.size === 1 ? 'one action' : `${names.size} actions`
      return `${count} of ${catalogue.titleOf(vendor) ?? vendor}`
    })
  const shown = services.slice(0, 20)
  const rest = services.length - shown.length
  const asked = listed(rest > 0 ? [...shown, `actions of ${rest} more services`] : shown)
  const hours = request.sessionDuration / 3_600
  const time = hours >= 1 ? `${Number(hours.toFixed(1))} h` : `${request.sessionDuration / 60} min`
  return [
    `Account ${request.requestor} asks for access for ${time}: ${request.description}`,
    asked === '' ? 'It asks for no action.' : `It asks for ${asked}.`,
  ].join('\n')
}

export const GetHumanReadableSummary = operation('GetHumanReadableSummary', {
  access: {
    kind: 'iam',
    async targets(input, read) {
      const id = idOf(input.EntityArn)
      const ours = id !== undefined && input.EntityArn === requestArn(read.account, id)
      return [
        ours ? await requestTarget(id, read) : { resource: input.EntityArn, record: undefined },
      ]
    },
  },
  async handle(input, ctx, [target]) {
    const id = idOf(input.EntityArn)
    if (id === undefined)
      throw fail('InvalidInputException', `${input.EntityArn} is no delegation request.`)
    const request = foundRequest(target.record, id, ctx.now())
    const Locale = input.Locale ?? 'en'
    if (!/^en\b/i.test(Locale)) return { Locale, SummaryState: 'NOT_SUPPORTED' as const }
    return {
      SummaryContent: await summaryOf(request),
      Locale,
      SummaryState: 'AVAILABLE' as const,
    }
  },
})
