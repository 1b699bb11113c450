import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { type Account, allow, openAccount } from '../../../test/account.ts'
import { invoke, lambdaOf, makeFunction, refusedAs, roleFor } from './calls.test-support.ts'

/** The kernel decides: where it forbids namespaces to everybody, there are no sandboxes to test. */
const withoutSandbox = (() => {
  try {
    execFileSync('/usr/bin/unshare', [
      '--user',
      '--map-root-user',
      '--mount',
      '--pid',
      '--fork',
      'true',
    ])
    return false
  } catch {
    return 'this kernel gives no user namespaces'
  }
})()

for (const isolation of ['process', 'sandbox'] as const)
  describe(`functions run (${isolation})`, {
    skip: isolation === 'sandbox' && withoutSandbox,
  }, () => {
    let account: Account
    let role: string
    let number = 0
    const lambda = lambdaOf(() => account)
    before(async () => {
      account = await openAccount('--functions', isolation)
      role = await roleFor(account, 'functions', allow('iam:GetRole'))
    })
    after(() => account.close())

    /** Makes a function of these files, and answers how to invoke it. */
    async function made(files: string | Record<string, string>, more: object = {}) {
      const FunctionName = `f${++number}`
      await makeFunction(lambda, role, files, { FunctionName, ...more })
      return (event: unknown = {}, asked: object = {}) =>
        invoke(lambda, event, { FunctionName, ...asked })
    }

    test('Node.js: modules of both kinds, handlers of every style', async () => {
      const commonJs = await made(
        { 'app/main.js': 'exports.on = (event, context, done) => done(null, { n: event.n + 1 })' },
        { Handler: 'app/main.on', Runtime: 'nodejs20.x' },
      )
      assert.deepEqual((await commonJs({ n: 1 })).answer, { n: 2 })
      const plain = await made('export const handler = () => 5')
      assert.equal((await plain()).answer, null)
      const nested = await made('export const a = { b: async () => "deep" }', {
        Handler: 'index.a.b',
      })
      assert.equal((await nested()).answer, 'deep')
    })

    test('errors say their type, message and trace; the log has them whole', async () => {
      const fails = await made(`
        console.log('one\\ntwo', { a: 1 })
        export const handler = async () => { console.error('now'); throw new TypeError('no good') }`)
      const { answer, error, log } = await fails()
      assert.equal(error, 'Unhandled')
      assert.equal(answer.errorType, 'TypeError')
      assert.equal(answer.errorMessage, 'no good')
      assert.match(answer.trace[1], /index\.mjs:3/)
      assert.match(
        log,
        /^\S+\tundefined\tINFO\tone\ntwo \{ a: 1 \}\nSTART RequestId: \S+ Version: \$LATEST\n/,
      )
      assert.match(log, /\t[0-9a-f-]{36}\tERROR\tnow\n/)
      assert.match(log, /\tERROR\tInvoke Error \t\{"errorType":"TypeError"/)
      assert.match(
        log,
        /\nEND RequestId: \S+\nREPORT RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms\t\n$/,
      )
    })

    test('a process is kept warm, one invocation at a time, and replaced when it ends', async () => {
      const counts = await made(`
        let n = 0
        export const handler = async ({ wait = 0, exit }) => {
          n++
          if (exit !== undefined) process.exit(exit)
          await new Promise((done) => setTimeout(done, wait))
          return { n, pid: process.pid, at: process.env.AWS_LAMBDA_LOG_STREAM_NAME }
        }`)
      assert.equal((await counts()).answer.n, 1)
      assert.equal((await counts()).answer.n, 2)
      const both = await Promise.all([counts({ wait: 300 }), counts({ wait: 300 })])
      assert.deepEqual(both.map(({ answer }) => answer.n).sort(), [1, 3])
      assert.notEqual(both[0]!.answer.at, both[1]!.answer.at)
      const { answer, error } = await counts({ exit: 3 })
      assert.equal(error, 'Unhandled')
      assert.equal(answer.errorType, 'Runtime.ExitError')
      assert.match(
        answer.errorMessage,
        /^RequestId: \S+ Error: Runtime exited with error: exit status 3$/,
      )
    })

    test('a function that takes too long is ended', async () => {
      const hangs = await made('export const handler = async () => { for (;;); }', { Timeout: 1 })
      const { answer, error, log } = await hangs()
      assert.equal(error, 'Unhandled')
      assert.equal(answer.errorType, 'Sandbox.Timedout')
      assert.match(
        answer.errorMessage,
        /^RequestId: \S+ Error: Task timed out after 1\.00 seconds$/,
      )
      assert.match(log, /^\S+Z \S+ Task timed out after 1\.00 seconds$/m)
      assert.match(log, /\tStatus: timeout\t\n$/)
    })

    test('a function that takes too much memory is ended', async () => {
      const grows = await made(
        'const kept = []; export const handler = async () => { for (let i = 0; i < 40; i++) { kept.push(Buffer.alloc(2e7, 1)); await new Promise((d) => setTimeout(d, 25)) } }',
        { Timeout: 20 },
      )
      const { answer } = await grows()
      assert.equal(answer.errorType, 'Runtime.OutOfMemory')
    })

    test('what cannot be loaded says so', async () => {
      const cases = [
        ['syntax error here(', 'index.handler', 'Runtime.UserCodeSyntaxError'],
        ['export const other = 1', 'index.handler', 'Runtime.HandlerNotFound'],
        ['export const handler = 1', 'none.handler', 'Runtime.ImportModuleError'],
        [
          'import "nowhere"; export const handler = 1',
          'index.handler',
          'Runtime.ImportModuleError',
        ],
        ['throw new RangeError("at start")', 'index.handler', 'RangeError'],
      ] as const
      for (const [source, Handler, type] of cases) {
        const { answer, error } = await (await made(source, { Handler }))()
        assert.equal(answer.errorType, type, JSON.stringify(answer))
        assert.equal(error, 'Unhandled')
      }
    })

    test('Python: answers, errors and what is printed', async () => {
      const python = { Runtime: 'python3.12', Handler: 'app.handler' }
      const works = await made(
        {
          'app.py': `
import os, logging
print('loading')
def handler(event, context):
    print('got', event['n'])
    logging.getLogger().warning('careful')
    if event['n'] < 0:
        raise ValueError('negative')
    return {'n': event['n'] + 1, 'name': context.function_name, 'left': context.get_remaining_time_in_millis() > 0}
`,
        },
        python,
      )
      const { answer, log } = await works({ n: 1 })
      assert.deepEqual(answer, { n: 2, name: `f${number}`, left: true })
      assert.match(
        log,
        /^loading\nSTART .*\ngot 1\n\[WARNING\]\t\S+Z\t[0-9a-f-]{36}\tcareful\nEND /,
      )
      const bad = await works({ n: -1 })
      assert.equal(bad.error, 'Unhandled')
      assert.equal(bad.answer.errorType, 'ValueError')
      assert.match(bad.answer.stackTrace[0], /app\.py", line 8, in handler/)
      const missing = await (await made({ 'app.py': 'x = 1' }, python))()
      assert.equal(missing.answer.errorMessage, "Handler 'handler' missing on module 'app'")
    })

    test('a custom runtime is the archive’s own program', async () => {
      const shell = `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  event=$(curl -sS -D /tmp/head-$$ "$api/next") || exit 0
  id=$(grep -i aws-request-id /tmp/head-$$ | tr -d '\\r' | cut -d' ' -f2)
  curl -sS -X POST "$api/$id/response" -d "{\\"echo\\":$event}" >/dev/null
done
`
      const { zipOf } = await import('../../../test/zip.ts')
      const ZipFile = zipOf({ bootstrap: { content: shell, mode: 0o100755 } })
      const echo = await made('', { Runtime: 'provided.al2023', Handler: 'any', Code: { ZipFile } })
      assert.deepEqual((await echo({ a: 1 })).answer, { echo: { a: 1 } })
    })

    test('a process has its role’s credentials, and nothing of Sallyport', async () => {
      const looks = await made(
        `
        import { readFileSync, existsSync } from 'node:fs'
        export const handler = async ({ path }) => ({
          names: Object.keys(process.env).sort(),
          key: process.env.AWS_ACCESS_KEY_ID,
          secret: process.env.AWS_SECRET_ACCESS_KEY,
          token: process.env.AWS_SESSION_TOKEN,
          endpoint: process.env.AWS_ENDPOINT_URL,
          stage: process.env.STAGE,
          sees: existsSync(path),
        })`,
        { Environment: { Variables: { STAGE: 'test' } } },
      )
      const { answer } = await looks({ path: account.house.data })
      assert.equal(answer.stage, 'test')
      assert.equal(answer.endpoint, account.house.url)
      assert.ok(
        !answer.names.some((name: string) => /^(SALLYPORT|npm_|NODE_TEST)/.test(name)),
        answer.names,
      )
      if (isolation === 'sandbox') assert.equal(answer.sees, false)
      const keys = {
        accessKeyId: answer.key,
        secretAccessKey: answer.secret,
        sessionToken: answer.token,
      }
      const { Arn } = await account.sts('GetCallerIdentity', {}, keys)
      assert.match(Arn, /:assumed-role\/functions\/f\d+$/)
      await account.iam('GetRole', { RoleName: 'functions' }, keys)
      await assert.rejects(account.iam('ListUsers', {}, keys), refusedAs('AccessDenied'))
    })
  })
