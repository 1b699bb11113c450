import type { ReadContext } from '../../kernel/context.ts'
import { everything } from '../../kernel/paging.ts'
import type { Readable } from '../../kernel/store.ts'
import { invalid, operation } from './contract.ts'
import { type FunctionRecord, functions, versions } from './function-records.ts'
import { type FunctionTarget, found, functionTarget, notFound } from './function-targets.ts'

/** Invocations of an account at the same time, and how many of them no function may reserve. */
const accountLimit = 1_000
const unreservedMinimum = 100
/** Bytes that all code of an account may take, and one function unpacked or zipped. */
const codeLimit = 322_122_547_200
const unzippedLimit = 262_144_000
const zippedLimit = 52_428_800

const onFunction = {
  kind: 'iam' as const,
  targets: async (
    input: { readonly FunctionName: string },
    read: ReadContext,
  ): Promise<readonly [FunctionTarget]> => [await functionTarget(input.FunctionName, read)],
}

const reservedBy = (all: readonly FunctionRecord[]): number =>
  all.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0)

const allFunctions = (tx: Readable) => everything((options) => tx.of(functions).list(options))

export const PutFunctionConcurrency = operation('PutFunctionConcurrency', {
  access: onFunction,
  async handle(input, ctx, [target]) {
    const { name } = found(target).record
    const { ReservedConcurrentExecutions: reserved } = input
    await ctx.store.transaction(async (tx) => {
      const others = (await allFunctions(tx)).filter((one) => one.name !== name)
      if (accountLimit - reservedBy(others) - reserved < unreservedMinimum)
        throw invalid(
          `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedMinimum}].`,
        )
      const old = await tx.of(functions).get([name])
      if (old === undefined) throw notFound(target)
      await tx.of(functions).put({ ...old, reservedConcurrency: reserved })
    })
    return { ReservedConcurrentExecutions: reserved }
  },
})

export const GetFunctionConcurrency = operation('GetFunctionConcurrency', {
  access: onFunction,
  handle: (_input, _ctx, [target]) => ({
    ReservedConcurrentExecutions: found(target).record.reservedConcurrency,
  }),
})

export const DeleteFunctionConcurrency = operation('DeleteFunctionConcurrency', {
  access: onFunction,
  async handle(_input, ctx, [target]) {
    const { name } = found(target).record
    await ctx.store.transaction(async (tx) => {
      const old = await tx.of(functions).get([name])
      if (old === undefined) throw notFound(target)
      const { reservedConcurrency: _, ...rest } = old
      await tx.of(functions).put(rest)
    })
    return {}
  },
})

export const GetAccountSettings = operation('GetAccountSettings', {
  access: { kind: 'iam', targets: () => [{ resource: '*', record: undefined }] },
  async handle(_input, ctx) {
    const all = await allFunctions(ctx.store)
    const every = await everything((options) => ctx.store.of(versions).list(options))
    const size = every.reduce((sum, { code }) => sum + (code.kind === 'archive' ? code.size : 0), 0)
    return {
      AccountLimit: {
        TotalCodeSize: codeLimit,
        CodeSizeUnzipped: unzippedLimit,
        CodeSizeZipped: zippedLimit,
        ConcurrentExecutions: accountLimit,
        UnreservedConcurrentExecutions: accountLimit - reservedBy(all),
      },
      AccountUsage: { TotalCodeSize: size, FunctionCount: all.length },
    }
  },
})
