import { zipOf } from '../zip.ts'
import { document, type Making, type Row, type World } from './authorization-rows.ts'

/** What every operation of Lambda asks for. */

type Input = Row['input']

export const functionArn = (w: World, name = 'f'): string =>
  `arn:aws:lambda:us-east-1:${w.account}:function:${name}`

const team = { Tags: { team: 'blue' } }
const ZipFile = zipOf({ 'index.mjs': 'export const handler = async () => 1' })

/** A role that functions can have. */
async function role(w: World): Promise<string> {
  const trust = document({
    Effect: 'Allow',
    Principal: { Service: 'lambda.amazonaws.com' },
    Action: 'sts:AssumeRole',
  })
  await w.send('CreateRole', { RoleName: 'functions', AssumeRolePolicyDocument: trust })
  return `arn:aws:iam::${w.account}:role/functions`
}

const settings = (Role: string, FunctionName = 'f') => ({
  FunctionName,
  Role,
  Runtime: 'nodejs22.x',
  Handler: 'index.handler',
  Code: { ZipFile },
  ...team,
})

/** Makes the function `f` with the tag team=blue. */
const make = async (w: World): Promise<void> => {
  await w.functions('CreateFunction', settings(await role(w)))
}

type Prepare = (w: World) => Input | Promise<Input>

/** An operation on the function `f`, or on what the qualifier names. */
const on =
  (
    operation: string,
    prepare: Prepare = () => ({}),
    { action = operation, qualifier = '' }: { action?: string; qualifier?: string } = {},
  ): Making =>
  async (w) => {
    await make(w)
    const input = await prepare(w)
    return {
      input: { FunctionName: functionArn(w), ...input },
      decides: [[`lambda:${action}`, functionArn(w) + (qualifier && `:${qualifier}`)]],
      tagged: true,
    }
  }

const anywhere = (operation: string, input: Input = {}): Making => {
  return () => ({ input, decides: [[`lambda:${operation}`, '*']], anyAccount: true })
}

const permission = {
  StatementId: 's',
  Action: 'lambda:InvokeFunction',
  Principal: 's3.amazonaws.com',
}
const permitted: Prepare = async (w) => {
  await w.functions('AddPermission', { FunctionName: 'f', ...permission })
  return {}
}

export const functionRows: ReadonlyMap<string, Making> = new Map<string, Making>([
  ['AddPermission', on('AddPermission', () => permission)],
  [
    'CreateFunction',
    async (w) => {
      const Role = await role(w)
      return {
        input: settings(Role),
        decides: [
          ['lambda:CreateFunction', functionArn(w)],
          ['iam:PassRole', Role],
        ],
        gone: 'InvalidParameterValueException',
      }
    },
  ],
  ['DeleteFunction', on('DeleteFunction')],
  ['GetFunction', on('GetFunction')],
  ['GetFunctionConfiguration', on('GetFunctionConfiguration')],
  ['GetPolicy', on('GetPolicy', permitted)],
  ['Invoke', on('Invoke', () => ({}), { action: 'InvokeFunction' })],
  ['ListFunctions', anywhere('ListFunctions')],
  [
    'RemovePermission',
    on('RemovePermission', async (w) => {
      await permitted(w)
      return { StatementId: 's' }
    }),
  ],
])
