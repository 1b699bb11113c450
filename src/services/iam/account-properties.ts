import type { CallContext } from '../../kernel/context.ts'
import { accountFeatures } from './account-feature-records.ts'
import { featuresOf } from './account-features.ts'
import { fail, operation } from './contract.ts'

const roleManager = 'RoleManager/Enabled'

const properties = async (ctx: CallContext): Promise<Record<string, string>> => {
  const features = await featuresOf(ctx.store)
  return { [roleManager]: String(features.roleManager === true) }
}

const namespaceOf = (key: string): string => key.split('/')[0]!

export const GetAccountProperties = operation('GetAccountProperties', {
  access: {
    kind: 'iam',
    targets: () => [
      {
        resource: '*',
        context: { 'iam:AccountPropertyNamespaces': [namespaceOf(roleManager)] },
        record: undefined,
      },
    ],
  },
  async handle(_input, ctx) {
    return { Properties: await properties(ctx) }
  },
})

/** The keys, checked for their form: one namespace, and one slash each. */
function checkKeys(keys: readonly string[]): void {
  const odd = keys.find((key) => !/^[^/]+\/[^/]+$/.test(key))
  if (odd !== undefined)
    throw fail('InvalidInputException', `The key ${odd} is not of the form Namespace/PropertyName.`)
  if (new Set(keys.map(namespaceOf)).size > 1)
    throw fail('InvalidInputException', 'All properties must belong to the same namespace.')
  const unknown = keys.find((key) => key !== roleManager)
  if (unknown !== undefined)
    throw fail('InvalidInputException', `There is no account property ${unknown}.`)
}

export const PutAccountProperties = operation('PutAccountProperties', {
  access: {
    kind: 'iam',
    targets: ({ Properties }) => [
      {
        resource: '*',
        context: {
          'iam:AccountPropertyNamespaces': [...new Set(Object.keys(Properties).map(namespaceOf))],
        },
        record: undefined,
      },
    ],
  },
  async handle({ Properties }, ctx) {
    checkKeys(Object.keys(Properties))
    const value = Properties[roleManager]
    if (value !== 'true' && value !== 'false')
      throw fail('InvalidInputException', `The value of ${roleManager} must be true or false.`)
    await ctx.store.transaction(async (tx) => {
      const old = await featuresOf(tx)
      await tx.of(accountFeatures).put({ ...old, roleManager: value === 'true' })
    })
    return {}
  },
})
