import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../temporary-folder.ts'
import { zipOf } from '../zip.ts'
import { type Server, startServer } from './server.ts'

/** Functions and their logs, as people drive them: the AWS CLI and boto3. */

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

function run(program: string, args: readonly string[], server: Server): Promise<Ran> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ACCESS_KEY_ID: server.admin.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.admin.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_PAGER: '',
    AWS_ENDPOINT_URL: server.url,
    ENDPOINT: server.url,
  }
  return new Promise((resolve) => {
    execFile(program, args, { env, timeout: 60_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err })
    })
  })
}

const folder = temporaryFolder('functions')
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  ],
})
const mayLog = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'logs:CreateLogGroup', Resource: 'arn:aws:logs:us-east-1:*:*' },
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: 'arn:aws:logs:us-east-1:*:log-group:/aws/lambda/hello:*',
    },
  ],
})

const cli = process.env.AWS_CLI ?? '/usr/bin/aws'
/** What is missing there fails. */
const ci = process.env.CI === 'true'

test('the AWS CLI makes a function, invokes it, and reads its log', async (t) => {
  if (!existsSync(cli) && !ci) return t.skip('needs the AWS CLI; AWS_CLI names it')
  const server = await startServer('--store', 'memory', '--functions', 'process')
  t.after(() => server.stop())
  const aws = async (...args: string[]) => {
    const ran = await run(cli, [...args, '--endpoint-url', server.url, '--output', 'json'], server)
    assert.equal(ran.code, 0, `${args.join(' ')}: ${ran.err}`)
    return ran.out
  }
  const { Role } = JSON.parse(
    await aws('iam', 'create-role', '--role-name', 'hello', '--assume-role-policy-document', trust),
  )
  const inline = ['--policy-name', 'log', '--policy-document', mayLog]
  await aws('iam', 'put-role-policy', '--role-name', 'hello', ...inline)
  const zip = join(folder, 'hello.zip')
  const code = "def handler(event, context):\n    print('hello', event['name'])\n    return event\n"
  writeFileSync(zip, zipOf({ 'app.py': code }))
  const name = ['--function-name', 'hello']
  const made = JSON.parse(
    await aws(
      ...['lambda', 'create-function', ...name, '--runtime', 'python3.12'],
      ...['--handler', 'app.handler', '--role', Role.Arn, '--zip-file', `fileb://${zip}`],
    ),
  )
  assert.equal(made.State, 'Pending')
  await aws('lambda', 'wait', 'function-active-v2', ...name)
  const answer = join(folder, 'answer.json')
  const payload = ['--cli-binary-format', 'raw-in-base64-out', '--payload', '{"name":"you"}']
  const told = JSON.parse(
    await aws('lambda', 'invoke', ...name, ...payload, '--log-type', 'Tail', answer),
  )
  assert.equal(told.StatusCode, 200)
  assert.deepEqual(JSON.parse(readFileSync(answer, 'utf8')), { name: 'you' })
  assert.match(Buffer.from(told.LogResult, 'base64').toString(), /\nhello you\nEND RequestId: /)
  const group = ['--log-group-name', '/aws/lambda/hello']
  let events: { message: string }[] = []
  while (events.length === 0) {
    const out = await run(
      cli,
      [
        'logs',
        'filter-log-events',
        ...group,
        '--filter-pattern',
        'hello',
        '--output',
        'json',
      ].concat('--endpoint-url', server.url),
      server,
    )
    events = out.code === 0 ? JSON.parse(out.out).events : []
  }
  assert.equal(events[0]!.message, 'hello you')
  const tail = await run(
    cli,
    ['logs', 'tail', '/aws/lambda/hello', '--endpoint-url', server.url],
    server,
  )
  assert.match(tail.out, /hello you/)
  assert.match(tail.out, /REPORT RequestId: /)
  const add = ['--statement-id', 's', '--action', 'lambda:InvokeFunction']
  await aws('lambda', 'add-permission', ...name, ...add, '--principal', 's3.amazonaws.com')
  await aws('lambda', 'delete-function', ...name)
})

const story = `
import base64, io, json, os, time, zipfile
import boto3
make = lambda name: boto3.client(name, endpoint_url=os.environ['ENDPOINT'])
iam, fn, logs = make('iam'), make('lambda'), make('logs')
trust = json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Principal': {'Service': 'lambda.amazonaws.com'}, 'Action': 'sts:AssumeRole'}]})
role = iam.create_role(RoleName='r', AssumeRolePolicyDocument=trust)['Role']['Arn']
held = io.BytesIO()
with zipfile.ZipFile(held, 'w', zipfile.ZIP_DEFLATED) as archive:
    archive.writestr('main.py', '''
import os
def handler(event, context):
    if event.get('fail'):
        raise KeyError('gone')
    return {'n': event['n'] * 2, 'v': context.function_version, 'region': os.environ['AWS_REGION']}
''')
fn.create_function(FunctionName='double', Runtime='python3.11', Role=role, Handler='main.handler', Code={'ZipFile': held.getvalue()}, Publish=True)
fn.get_waiter('function_active_v2').wait(FunctionName='double')
fn.create_alias(FunctionName='double', Name='live', FunctionVersion='1')
answer = fn.invoke(FunctionName='double:live', Payload=json.dumps({'n': 21}))
assert json.load(answer['Payload']) == {'n': 42, 'v': '1', 'region': 'us-east-1'}, answer
assert answer['ExecutedVersion'] == '1'
failed = fn.invoke(FunctionName='double', Payload=b'{"fail": true}')
assert failed['FunctionError'] == 'Unhandled'
assert json.load(failed['Payload'])['errorType'] == 'KeyError'
assert [v['Version'] for v in fn.get_paginator('list_versions_by_function').paginate(FunctionName='double').build_full_result()['Versions']] == ['$LATEST', '1']
try:
    fn.invoke(FunctionName='nothing')
    raise SystemExit('a missing function was invoked')
except fn.exceptions.ResourceNotFoundException as error:
    assert error.response['Error']['Message'].endswith(':function:nothing'), error
logs.create_log_group(logGroupName='g', tags={'a': 'b'})
logs.create_log_stream(logGroupName='g', logStreamName='s')
now = int(time.time() * 1000)
logs.put_log_events(logGroupName='g', logStreamName='s', logEvents=[{'timestamp': now + i, 'message': json.dumps({'level': 'ERROR' if i % 2 else 'INFO', 'i': i})} for i in range(100)])
found = logs.get_paginator('filter_log_events').paginate(logGroupName='g', filterPattern='{ $.level = "ERROR" && $.i > 50 }', PaginationConfig={'PageSize': 10}).build_full_result()
assert [json.loads(e['message'])['i'] for e in found['events']] == list(range(51, 100, 2))
assert logs.list_tags_log_group(logGroupName='g')['tags'] == {'a': 'b'}
print('done')
`

test('boto3 drives functions and logs', async (t) => {
  const server = await startServer('--store', 'memory', '--functions', 'process')
  t.after(() => server.stop())
  const ran = await run('python3', ['-c', story], server)
  if (/No module named 'boto3'/.test(ran.err) && !ci) return t.skip('needs boto3')
  assert.equal(ran.out.trim(), 'done', ran.err)
})
