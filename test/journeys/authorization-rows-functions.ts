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

const aliased: Prepare = async (w) => {
  await w.functions('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '$LATEST' })
  return { Name: 'live' }
}
const onAlias = { qualifier: 'live' }
const configured: Prepare = async (w) => {
  await w.functions('PutFunctionEventInvokeConfig', { FunctionName: 'f', MaximumRetryAttempts: 1 })
  return { MaximumRetryAttempts: 0 }
}
const reserved = { ReservedConcurrentExecutions: 5 }

const onTags =
  (operation: string, input: Input = {}): Making =>
  async (w) => {
    await make(w)
    return {
      input: { Resource: functionArn(w), ...input },
      decides: [[`lambda:${operation}`, functionArn(w)]],
      tagged: true,
    }
  }

const layerArn = (w: World) => `arn:aws:lambda:us-east-1:${w.account}:layer:l`
const layerGrant = { StatementId: 's', Action: 'lambda:GetLayerVersion', Principal: '*' }

/** An operation on the first version of the layer `l`. */
const onLayer =
  (
    operation: string,
    { input = {}, granted = false, action = operation, whole = false }: OnLayer = {},
  ): Making =>
  async (w) => {
    const version = { LayerName: 'l', VersionNumber: 1 }
    await w.functions('PublishLayerVersion', { LayerName: 'l', Content: { ZipFile } })
    const OrganizationId = 'o-none000000'
    if (granted)
      await w.functions('AddLayerVersionPermission', { ...version, ...layerGrant, OrganizationId })
    const arn = `${layerArn(w)}:1`
    const named = operation.endsWith('ByArn')
      ? { Arn: arn }
      : { LayerName: layerArn(w), ...(!whole && { VersionNumber: 1 }) }
    return {
      input: { ...named, ...input },
      decides: [[`lambda:${action}`, whole ? layerArn(w) : arn]],
      // Whoever asks for somebody's layer is told by whom it is allowed.
    }
  }

interface OnLayer {
  readonly input?: Input
  readonly granted?: boolean
  readonly action?: string
  readonly whole?: boolean
}

export const functionRows: ReadonlyMap<string, Making> = new Map<string, Making>([
  [
    'AddLayerVersionPermission',
    onLayer('AddLayerVersionPermission', {
      input: { ...layerGrant, OrganizationId: 'o-none000000' },
    }),
  ],
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
  ['CreateAlias', on('CreateAlias', () => ({ Name: 'live', FunctionVersion: '$LATEST' }), onAlias)],
  ['DeleteAlias', on('DeleteAlias', aliased, onAlias)],
  ['DeleteFunctionConcurrency', on('DeleteFunctionConcurrency')],
  [
    'DeleteFunctionEventInvokeConfig',
    on('DeleteFunctionEventInvokeConfig', async (w) => {
      await configured(w)
      return {}
    }),
  ],
  ['DeleteLayerVersion', onLayer('DeleteLayerVersion')],
  ['GetAccountSettings', anywhere('GetAccountSettings')],
  ['GetAlias', on('GetAlias', aliased, onAlias)],
  ['GetFunctionCodeSigningConfig', on('GetFunctionCodeSigningConfig')],
  ['GetFunctionConcurrency', on('GetFunctionConcurrency')],
  [
    'GetFunctionEventInvokeConfig',
    on('GetFunctionEventInvokeConfig', async (w) => {
      await configured(w)
      return {}
    }),
  ],
  ['GetLayerVersion', onLayer('GetLayerVersion')],
  ['GetLayerVersionByArn', onLayer('GetLayerVersionByArn', { action: 'GetLayerVersion' })],
  ['GetLayerVersionPolicy', onLayer('GetLayerVersionPolicy', { granted: true })],
  ['ListAliases', on('ListAliases')],
  ['ListFunctionEventInvokeConfigs', on('ListFunctionEventInvokeConfigs')],
  ['ListLayerVersions', onLayer('ListLayerVersions', { whole: true })],
  ['ListLayers', anywhere('ListLayers')],
  ['ListTags', onTags('ListTags')],
  ['ListVersionsByFunction', on('ListVersionsByFunction')],
  [
    'PublishLayerVersion',
    onLayer('PublishLayerVersion', { input: { Content: { ZipFile } }, whole: true }),
  ],
  ['PublishVersion', on('PublishVersion')],
  ['PutFunctionConcurrency', on('PutFunctionConcurrency', () => reserved)],
  [
    'PutFunctionEventInvokeConfig',
    on('PutFunctionEventInvokeConfig', () => ({ MaximumRetryAttempts: 0 })),
  ],
  [
    'RemoveLayerVersionPermission',
    onLayer('RemoveLayerVersionPermission', { input: { StatementId: 's' }, granted: true }),
  ],
  ['TagResource', onTags('TagResource', { Tags: { a: 'b' } })],
  ['UntagResource', onTags('UntagResource', { TagKeys: ['team'] })],
  [
    'UpdateAlias',
    on('UpdateAlias', async (w) => ({ ...(await aliased(w)), Description: 'new' }), onAlias),
  ],
  ['UpdateFunctionCode', on('UpdateFunctionCode', () => ({ ZipFile }))],
  ['UpdateFunctionConfiguration', on('UpdateFunctionConfiguration', () => ({ Timeout: 9 }))],
  ['UpdateFunctionEventInvokeConfig', on('UpdateFunctionEventInvokeConfig', configured)],
])
