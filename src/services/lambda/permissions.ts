import type { CallContext } from '../../kernel/context.ts'
import { fail, invalid, operation } from './contract.ts'
import { type PolicyRecord, policies } from './function-records.ts'
import { type FunctionTarget, found, functionTarget, policyText } from './function-targets.ts'
import { checkRevision } from './settings.ts'

/** Bytes of a policy. */
const largest = 20_480

interface Permission {
  readonly StatementId: string
  readonly Action: string
  readonly Principal: string
  readonly SourceArn?: string | undefined
  readonly SourceAccount?: string | undefined
  readonly PrincipalOrgID?: string | undefined
  readonly EventSourceToken?: string | undefined
  readonly FunctionUrlAuthType?: string | undefined
  readonly InvokedViaFunctionUrl?: boolean | undefined
}

/** A permission as a statement of the policy. */
export function statementOf(given: Permission, resource: string): Record<string, unknown> {
  const { StatementId: Sid, Action, Principal } = given
  const condition: Record<string, Record<string, string>> = {}
  const ask = (operator: string, key: string, value: string | undefined) => {
    if (value !== undefined) condition[operator] = { ...condition[operator], [key]: value }
  }
  ask('StringEquals', 'AWS:SourceAccount', given.SourceAccount)
  ask('StringEquals', 'aws:PrincipalOrgID', given.PrincipalOrgID)
  ask('StringEquals', 'lambda:EventSourceToken', given.EventSourceToken)
  ask('StringEquals', 'lambda:FunctionUrlAuthType', given.FunctionUrlAuthType)
  ask('Bool', 'lambda:InvokedViaFunctionUrl', given.InvokedViaFunctionUrl?.toString())
  ask('ArnLike', 'AWS:SourceArn', given.SourceArn)
  return {
    Sid,
    Effect: 'Allow',
    Principal: principalOf(Principal),
    Action,
    Resource: resource,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  }
}

function principalOf(text: string): string | Record<string, string> {
  if (text === '*') return '*'
  if (/^\d{12}$/.test(text)) return { AWS: `arn:aws:iam::${text}:root` }
  if (text.startsWith('arn:')) return { AWS: text }
  if (/^[a-z0-9-]+(\.[a-z0-9-]+)*\.(amazonaws\.com|aws\.internal)$/.test(text))
    return { Service: text }
  throw invalid('The provided principal was invalid. Please check the principal and try again.')
}

export const AddPermission = operation('AddPermission', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await functionTarget(input.FunctionName, read, {
        qualifier: input.Qualifier,
        context: { 'lambda:Principal': input.Principal },
      }),
    ],
  },
  async handle(input, ctx, [target]) {
    const { name, qualifier = '' } = checkQualifier(target)
    const statement = statementOf(input, target.resource)
    await checkPrincipal(statement, ctx)
    await ctx.store.transaction(async (tx) => {
      const old: PolicyRecord =
        (await tx.of(policies).get([name, qualifier])) ?? none(name, qualifier)
      checkRevision(old.revisionId, input.RevisionId, 'GetPolicy')
      if (old.statements.some(({ Sid }) => Sid === input.StatementId))
        throw fail(
          'ResourceConflictException',
          `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        )
      const next = { ...old, statements: [...old.statements, statement] }
      if (Buffer.byteLength(policyText(next)) > largest)
        throw fail(
          'PolicyLengthExceededException',
          `The final policy size (${Buffer.byteLength(policyText(next))}) is bigger than the limit (${largest}).`,
        )
      await tx.of(policies).put({ ...next, revisionId: ctx.random.uuid() })
    })
    return { Statement: JSON.stringify(statement) }
  },
})

const none = (functionName: string, qualifier: string): PolicyRecord => ({
  functionName,
  qualifier,
  statements: [],
  revisionId: '',
})

/** The function of a target, whose qualifier may have a policy. */
function checkQualifier(target: FunctionTarget) {
  found(target)
  if (target.named.qualifier === '$LATEST')
    throw invalid('We currently do not support adding policies for $LATEST.')
  return target.named
}

/** Users and roles that a permission names must be there. */
async function checkPrincipal(statement: Record<string, unknown>, ctx: CallContext): Promise<void> {
  const { AWS } = statement.Principal as { AWS?: string }
  if (AWS === undefined || /:root$/.test(AWS)) return
  if (!/^arn:aws:iam::\d{12}:(user|role)\//.test(AWS) || !(await ctx.principals.identify(AWS)))
    throw invalid('The provided principal was invalid. Please check the principal and try again.')
}

export const GetPolicy = operation('GetPolicy', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await functionTarget(input.FunctionName, read, { qualifier: input.Qualifier }),
    ],
  },
  async handle(_input, ctx, [target]) {
    found(target)
    const { name, qualifier = '' } = target.named
    const policy = await ctx.store.of(policies).get([name, qualifier])
    if (policy === undefined || policy.statements.length === 0) throw noPolicy()
    return { Policy: policyText(policy), RevisionId: policy.revisionId }
  },
})

const noPolicy = (): Error =>
  fail('ResourceNotFoundException', 'The resource you requested does not exist.')

export const RemovePermission = operation('RemovePermission', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [
      await functionTarget(input.FunctionName, read, { qualifier: input.Qualifier }),
    ],
  },
  async handle(input, ctx, [target]) {
    found(target)
    const { name, qualifier = '' } = target.named
    await ctx.store.transaction(async (tx) => {
      const old = await tx.of(policies).get([name, qualifier])
      if (old === undefined) throw noPolicy()
      checkRevision(old.revisionId, input.RevisionId, 'GetPolicy')
      const statements = old.statements.filter(({ Sid }) => Sid !== input.StatementId)
      if (statements.length === old.statements.length)
        throw fail(
          'ResourceNotFoundException',
          `Statement ${input.StatementId} is not found in resource policy.`,
        )
      if (statements.length === 0) await tx.of(policies).delete([name, qualifier])
      else await tx.of(policies).put({ ...old, statements, revisionId: ctx.random.uuid() })
    })
    return {}
  },
})
