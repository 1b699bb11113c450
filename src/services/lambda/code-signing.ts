import { operation } from './contract.ts'
import { found, functionTarget } from './function-targets.ts'

/** No function has a code signing configuration: CreateFunction refuses one. */
export const GetFunctionCodeSigningConfig = operation('GetFunctionCodeSigningConfig', {
  access: {
    kind: 'iam',
    targets: async (input, read) => [await functionTarget(input.FunctionName, read)],
  },
  // The client's type has the configuration as required; AWS leaves it out.
  handle: (_input, _ctx, [target]) => ({
    CodeSigningConfigArn: undefined,
    FunctionName: found(target).record.name,
  }),
})
