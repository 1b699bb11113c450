import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { IAM } from '@aws-sdk/client-iam'
import { Lambda, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda'
import { temporaryFolder } from '../temporary-folder.ts'
import { zipOf } from '../zip.ts'

/** What is published is one bundle: what it loads late must be in it. */

const root = fileURLToPath(new URL('../..', import.meta.url))
const data = temporaryFolder('bundle')
let child: ReturnType<typeof spawn>
let options: { endpoint: string; region: string; credentials: never }

before(async () => {
  execFileSync(process.execPath, ['tools/bundle.ts'], { cwd: root, stdio: 'ignore' })
  const args = [join(root, 'dist/sallyport.mjs'), 'start', '--store', 'memory', '--port', '0']
  child = spawn(process.execPath, [...args, '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(child.stdout!)) {
    const endpoint = /^sallyport ready (\S+)$/.exec(line)?.[1]
    if (endpoint === undefined) continue
    const file = readFileSync(join(data, 'credentials'), 'utf8')
    const value = (name: string) => new RegExp(`${name} = (\\S+)`).exec(file)![1]!
    const credentials = {
      accessKeyId: value('aws_access_key_id'),
      secretAccessKey: value('aws_secret_access_key'),
    } as never
    options = { endpoint, region: 'us-east-1', credentials }
    return
  }
  assert.fail('the bundle did not start')
})
after(() => {
  child.kill()
})

test('the bundle makes certificates, and runs functions', async () => {
  const idp = new CognitoIdentityProvider(options)
  const { UserPool } = await idp.createUserPool({ PoolName: 'people' })
  const { Certificate } = await idp.getSigningCertificate({ UserPoolId: UserPool!.Id! })
  assert.ok(Certificate)
  const iam = new IAM(options)
  const { Role } = await iam.createRole({
    RoleName: 'functions',
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        Effect: 'Allow',
        Principal: { Service: 'lambda.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    }),
  })
  const lambda = new Lambda(options)
  const FunctionName = 'echo'
  await lambda.createFunction({
    FunctionName,
    Runtime: 'nodejs22.x',
    Handler: 'index.handler',
    Role: Role!.Arn!,
    Code: { ZipFile: zipOf({ 'index.mjs': 'export const handler = async (event) => event' }) },
  })
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 20 }, { FunctionName })
  const { Payload } = await lambda.invoke({ FunctionName, Payload: '{"a":1}' })
  assert.equal(Payload!.transformToString(), '{"a":1}')
  for (const client of [idp, iam, lambda]) client.destroy()
})
