import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Account, openAccount } from '../../../test/account.ts'
import { zipOf } from '../../../test/zip.ts'
import { invoke, lambdaOf, makeFunction, refusedAs, roleFor } from './calls.test-support.ts'

let account: Account
const lambda = lambdaOf(() => account)
const answering = (text: string) =>
  zipOf({ 'index.mjs': `export const handler = async () => '${text}'` })
const f = { FunctionName: 'f' }

before(async () => {
  account = await openAccount()
  const role = await roleFor(account)
  await makeFunction(lambda, role, '', { Code: { ZipFile: answering('one') } })
})
after(() => account.close())

test('versions stay as they were published; aliases lead to them', async () => {
  const first = await lambda('PublishVersion', { ...f, Description: 'the first' })
  assert.equal(first.Version, '1')
  assert.equal(first.FunctionArn, 'arn:aws:lambda:us-east-1:000000000000:function:f:1')
  assert.equal((await lambda('PublishVersion', f)).Version, '1', 'nothing has changed')
  const updated = await lambda('UpdateFunctionCode', { ...f, ZipFile: answering('two') })
  assert.equal(updated.LastUpdateStatus, 'InProgress')
  assert.equal((await invoke(lambda)).answer, 'two')
  assert.equal((await invoke(lambda, {}, { Qualifier: '1' })).answer, 'one')
  await assert.rejects(
    lambda('PublishVersion', { ...f, CodeSha256: first.CodeSha256 }),
    refusedAs('InvalidParameterValueException', /is different from current CodeSHA256/),
  )
  assert.equal((await lambda('PublishVersion', f)).Version, '2')
  const { Versions } = await lambda('ListVersionsByFunction', f)
  assert.deepEqual(
    Versions.map(({ Version, Description }: never) => [Version, Description]),
    [
      ['$LATEST', ''],
      ['1', 'the first'],
      ['2', ''],
    ],
  )
  const live = { ...f, Name: 'live' }
  const made = await lambda('CreateAlias', { ...live, FunctionVersion: '1' })
  assert.equal(made.AliasArn, 'arn:aws:lambda:us-east-1:000000000000:function:f:live')
  assert.equal((await invoke(lambda, {}, { FunctionName: 'f:live' })).answer, 'one')
  await assert.rejects(
    lambda('CreateAlias', { ...live, FunctionVersion: '1' }),
    refusedAs('ResourceConflictException', /^Alias already exists: /),
  )
  await assert.rejects(
    lambda('CreateAlias', { ...f, Name: 'lost', FunctionVersion: '9' }),
    refusedAs('ResourceNotFoundException', /^Function not found: .*:9$/),
  )
  await assert.rejects(
    lambda('DeleteFunction', { ...f, Qualifier: '1' }),
    refusedAs('ResourceConflictException', /aliases reference it: \[live\]/),
  )
  await assert.rejects(
    lambda('UpdateAlias', { ...live, FunctionVersion: '2', RevisionId: 'other' }),
    refusedAs('PreconditionFailedException', /Revision Id/),
  )
  const RoutingConfig = { AdditionalVersionWeights: { 2: 1 } }
  await lambda('UpdateAlias', { ...live, RoutingConfig, RevisionId: made.RevisionId })
  const routed = await lambda('Invoke', { FunctionName: 'f:live' })
  assert.equal(routed.ExecutedVersion, '2')
  assert.deepEqual((await lambda('GetAlias', live)).RoutingConfig, RoutingConfig)
  assert.equal((await lambda('ListAliases', { ...f, FunctionVersion: '1' })).Aliases.length, 1)
  await lambda('DeleteAlias', live)
  await assert.rejects(
    lambda('GetAlias', live),
    refusedAs('ResourceNotFoundException', /^Cannot find alias arn: /),
  )
  await lambda('DeleteFunction', { ...f, Qualifier: '1' })
  await assert.rejects(
    lambda('GetFunction', { ...f, Qualifier: '1' }),
    refusedAs('ResourceNotFoundException'),
  )
})

test('settings are checked, and changed on the revision that was seen', async () => {
  const { RevisionId } = await lambda('GetFunctionConfiguration', f)
  const changed = await lambda('UpdateFunctionConfiguration', {
    ...f,
    RevisionId,
    Timeout: 7,
    Environment: { Variables: { AB: 'c' } },
  })
  assert.equal(changed.Timeout, 7)
  assert.notEqual(changed.RevisionId, RevisionId)
  await assert.rejects(
    lambda('UpdateFunctionConfiguration', { ...f, RevisionId, Timeout: 8 }),
    refusedAs('PreconditionFailedException'),
  )
  const kept = await lambda('UpdateFunctionConfiguration', { ...f, Description: 'new' })
  assert.deepEqual(kept.Environment, { Variables: { AB: 'c' } })
  const cases = [
    [{ Timeout: 901 }, 'ValidationException', /Member must have value less than or equal to 900/],
    [{ MemorySize: 64 }, 'ValidationException', /greater than or equal to 128/],
    [
      { Environment: { Variables: { AWS_REGION: 'x' } } },
      'InvalidParameterValueException',
      /reserved keys .*: AWS_REGION$/,
    ],
    [
      { Environment: { Variables: { AB: 'x'.repeat(5_000) } } },
      'InvalidParameterValueException',
      /exceeded the 4KB limit/,
    ],
    [{ Runtime: 'java21' }, 'InvalidParameterValueException', /cannot be run here/],
  ] as const
  for (const [input, name, text] of cases)
    await assert.rejects(
      lambda('UpdateFunctionConfiguration', { ...f, ...input }),
      refusedAs(name, text),
    )
  for (const [ZipFile, text] of [
    [Buffer.from('none'), /Could not unzip uploaded file/],
    [zipOf({ '../up': 'x' }), /Could not unzip uploaded file/],
  ] as const)
    await assert.rejects(
      lambda('UpdateFunctionCode', { ...f, ZipFile }),
      refusedAs('InvalidParameterValueException', text),
    )
  await assert.rejects(
    lambda('UpdateFunctionCode', { ...f, S3Bucket: 'bucket', S3Key: 'key' }),
    refusedAs('InvalidParameterValueException', /S3/),
  )
})

test('layers lie under /opt, and outlive their deletion in functions', async () => {
  const layer = await lambda('PublishLayerVersion', {
    LayerName: 'shared',
    Content: { ZipFile: zipOf({ 'nodejs/node_modules/shared/index.js': 'module.exports = 42' }) },
    CompatibleRuntimes: ['nodejs22.x'],
  })
  assert.equal(layer.LayerVersionArn, 'arn:aws:lambda:us-east-1:000000000000:layer:shared:1')
  const ZipFile = zipOf({
    'index.cjs': "exports.handler = async () => require('shared')",
  })
  await lambda('UpdateFunctionCode', { ...f, ZipFile })
  const Layers = [layer.LayerVersionArn]
  const told = await lambda('UpdateFunctionConfiguration', { ...f, Layers })
  assert.deepEqual(told.Layers, [{ Arn: layer.LayerVersionArn, CodeSize: layer.Content.CodeSize }])
  assert.equal((await invoke(lambda)).answer, 42)
  const byArn = await lambda('GetLayerVersionByArn', { Arn: layer.LayerVersionArn })
  assert.equal(byArn.Content.CodeSha256, layer.Content.CodeSha256)
  assert.equal((await lambda('ListLayers', { CompatibleRuntime: 'python3.12' })).Layers.length, 0)
  await lambda('DeleteLayerVersion', { LayerName: 'shared', VersionNumber: 1 })
  await lambda('UpdateFunctionConfiguration', { ...f, Description: 'again' })
  assert.equal((await invoke(lambda)).answer, 42)
  await assert.rejects(
    lambda('UpdateFunctionConfiguration', { ...f, Layers }),
    refusedAs('InvalidParameterValueException', /does not exist/),
  )
  const Content = { ZipFile: zipOf({ a: 'b' }) }
  const next = await lambda('PublishLayerVersion', { LayerName: 'shared', Content })
  assert.equal(next.Version, 2, 'numbers are not used again')
})
