import type { ReadContext } from '../../kernel/context.ts'
import { invalid, operation } from './contract.ts'
import { scheduleExpiry } from './forgetting.ts'
import { changeGroup } from './groups.ts'
import { type GroupTarget, groupTarget } from './log-targets.ts'

const onGroup = {
  kind: 'iam' as const,
  targets: async (
    input: { readonly logGroupName: string },
    read: ReadContext,
  ): Promise<readonly [GroupTarget]> => [await groupTarget(input, read)],
}

const possible = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
]

export const PutRetentionPolicy = operation('PutRetentionPolicy', {
  access: onGroup,
  async handle(input, ctx, [target]) {
    const { retentionInDays: retentionDays } = input
    if (!possible.includes(retentionDays))
      throw invalid(
        `1 validation error detected: Value '${retentionDays}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${possible.join(', ')}]`,
      )
    await changeGroup(target, ctx, (old, tx) => {
      scheduleExpiry(tx, old.name, ctx.now().getTime())
      return { ...old, retentionDays }
    })
    return {}
  },
})

export const DeleteRetentionPolicy = operation('DeleteRetentionPolicy', {
  access: onGroup,
  async handle(_input, ctx, [target]) {
    await changeGroup(target, ctx, ({ retentionDays: _, ...old }, tx) => {
      tx.unschedule('logs.Expire', old.name)
      return old
    })
    return {}
  },
})
