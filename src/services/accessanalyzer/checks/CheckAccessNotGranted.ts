import { grants } from '../../../access/analysis/new-access.ts'
import { fail, operation } from '../contract.ts'
import { checkedPolicy, kindOf, outcomeOf } from './checked-policies.ts'

const ACTION = /^(?:\*|[A-Za-z0-9-]+:[A-Za-z0-9*?]+)$/

/** Wildcards belong in the resource's own part of an ARN. */
function isResource(entry: string): boolean {
  if (entry === '*') return true
  const [scheme, ...head] = entry.split(':', 5)
  if (scheme !== 'arn' || entry.split(':').length < 6) return false
  return !head.some((part) => /[*?]/.test(part))
}

function checkAccess(access: {
  readonly actions?: readonly string[]
  readonly resources?: readonly string[]
}) {
  const { actions = [], resources = [] } = access
  if (actions.length === 0 && resources.length === 0)
    throw fail('InvalidParameterException', 'The access must contain actions or resources.')
  const action = actions.find((entry) => !ACTION.test(entry))
  if (action !== undefined)
    throw fail('InvalidParameterException', `The action ${action} is not valid.`)
  const resource = resources.find((entry) => !isResource(entry))
  if (resource !== undefined)
    throw fail('InvalidParameterException', `The resource ${resource} is not valid.`)
  return {
    actions: actions.length === 0 ? undefined : actions,
    resources: resources.length === 0 ? undefined : resources,
  }
}

export const CheckAccessNotGranted = operation('CheckAccessNotGranted', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle({ policyDocument, access, policyType }) {
    const kind = kindOf(policyType)
    const text = checkedPolicy(policyDocument, kind, 'policyDocument')
    const found = await grants(text, access.map(checkAccess), kind)
    return outcomeOf(found, {
      pass: 'The policy document does not grant access to perform the listed actions or resources.',
      fail: 'The policy document grants access to perform one or more of the listed actions or resources.',
      each: 'One or more of the listed actions or resources in the statement with',
    })
  },
})
