import type { ReadContext } from '../../kernel/context.ts'
import { fail, invalid, operation } from './contract.ts'
import { policyText } from './function-targets.ts'
import { layers } from './layer-records.ts'
import { foundLayer, type LayerTarget, layerTarget } from './layer-targets.ts'
import { statementOf } from './permissions.ts'
import { checkRevision } from './settings.ts'

const version = async (
  input: { readonly LayerName: string; readonly VersionNumber: number },
  read: ReadContext,
): Promise<readonly [LayerTarget]> => [
  await layerTarget(input.LayerName, input.VersionNumber, read),
]

export const AddLayerVersionPermission = operation('AddLayerVersionPermission', {
  access: { kind: 'iam', targets: version },
  async handle(input, ctx, [target]) {
    const { name, number } = foundLayer(target)
    const { OrganizationId, Principal } = input
    if (OrganizationId !== undefined && Principal !== '*')
      throw invalid('An organization is named together with the principal * only.')
    const given = { ...input, PrincipalOrgID: OrganizationId }
    const statement = statementOf(given, target.resource)
    const revisionId = ctx.random.uuid()
    await ctx.store.transaction(async (tx) => {
      const old = foundLayer({ ...target, record: await tx.of(layers).get([name, number]) })
      checkRevision(old.revisionId, input.RevisionId, 'GetLayerVersionPolicy')
      if (old.statements.some(({ Sid }) => Sid === input.StatementId))
        throw fail(
          'ResourceConflictException',
          `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
        )
      await tx.of(layers).put({ ...old, statements: [...old.statements, statement], revisionId })
    })
    return { Statement: JSON.stringify(statement), RevisionId: revisionId }
  },
})

export const GetLayerVersionPolicy = operation('GetLayerVersionPolicy', {
  access: { kind: 'iam', targets: version },
  handle(_input, _ctx, [target]) {
    const layer = foundLayer(target)
    if (layer.statements.length === 0)
      throw fail('ResourceNotFoundException', 'No policy is associated with the given resource.')
    return { Policy: policyText(layer), RevisionId: layer.revisionId }
  },
})

export const RemoveLayerVersionPermission = operation('RemoveLayerVersionPermission', {
  access: { kind: 'iam', targets: version },
  async handle(input, ctx, [target]) {
    const { name, number } = foundLayer(target)
    const revisionId = ctx.random.uuid()
    await ctx.store.transaction(async (tx) => {
      const old = foundLayer({ ...target, record: await tx.of(layers).get([name, number]) })
      checkRevision(old.revisionId, input.RevisionId, 'GetLayerVersionPolicy')
      const statements = old.statements.filter(({ Sid }) => Sid !== input.StatementId)
      if (statements.length === old.statements.length)
        throw fail(
          'ResourceNotFoundException',
          `Statement ${input.StatementId} is not found in resource policy.`,
        )
      await tx.of(layers).put({ ...old, statements, revisionId })
    })
    return {}
  },
})
