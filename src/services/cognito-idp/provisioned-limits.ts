import type { LimitDefinitionType, LimitType } from '@aws-sdk/client-cognito-identity-provider'
import type { Validated } from '../../kernel/contract.ts'
import { fail, invalid, operation } from './contract.ts'
import {
  type Category,
  defaultRates,
  isCategory,
  provisionedLimits,
  rateOf,
} from './request-quotas.ts'

/** What an account may be granted at most, in requests per second. */
const most = 10_000

function categoryOf({ Attributes }: Validated<LimitDefinitionType>): Category {
  const { Category: name, ...more } = Attributes
  if (name === undefined || Object.keys(more).length > 0)
    throw invalid('A limit of the class API_CATEGORY is identified by its Category.')
  if (!isCategory(name))
    throw fail('ResourceNotFoundException', `There is no limit of the category ${name}.`)
  return name
}

const shape = (category: Category, rate: number): LimitType => ({
  LimitDefinition: { LimitClass: 'API_CATEGORY', Attributes: { Category: category } },
  ProvisionedLimitValue: rate,
  FreeLimitValue: defaultRates[category],
})

const everywhere = {
  kind: 'iam',
  targets: () => [{ resource: '*', record: undefined }],
} as const

export const GetProvisionedLimit = operation('GetProvisionedLimit', {
  access: everywhere,
  async handle(input, ctx) {
    const category = categoryOf(input.LimitDefinition)
    return { Limit: shape(category, await rateOf(category, ctx)) }
  },
})

export const UpdateProvisionedLimit = operation('UpdateProvisionedLimit', {
  access: everywhere,
  async handle(input, ctx) {
    const category = categoryOf(input.LimitDefinition)
    const rate = input.RequestedLimitValue
    if (rate < defaultRates[category])
      throw invalid(`The limit of ${category} cannot be below ${defaultRates[category]}.`)
    if (rate > most)
      throw fail(
        'ServiceQuotaExceededException',
        `The limit of ${category} cannot be over ${most}.`,
      )
    await ctx.store.transaction(async (tx) => {
      await tx.of(provisionedLimits).put({ category, rate })
    })
    return { Limit: shape(category, rate) }
  },
})
