// The Node.js runtime: asks the Lambda Runtime API for events and calls the handler.
// It runs in a process of its own, from a file of its own, and knows nothing of Sallyport.
import { existsSync, readFileSync, writeSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format } from 'node:util'

const { AWS_LAMBDA_RUNTIME_API: api, LAMBDA_TASK_ROOT: root, _HANDLER: handlerName } = process.env
const json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON'
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const base = `http://${api}/2018-06-01/runtime`

let requestId
let finish

/** One event of the log, whole, however many lines it has. */
const tell = (frame) => writeSync(3, `${JSON.stringify(frame)}\n`)

function log(level, text) {
  const timestamp = new Date().toISOString()
  if (json) tell({ m: JSON.stringify({ timestamp, level, requestId, message: text }) })
  else tell({ m: `${timestamp}\t${requestId ?? 'undefined'}\t${level}\t${text}` })
}

for (const [method, level] of [
  ['log', 'INFO'],
  ['info', 'INFO'],
  ['debug', 'DEBUG'],
  ['trace', 'TRACE'],
  ['warn', 'WARN'],
  ['error', 'ERROR'],
])
  console[method] = (...args) => log(level, format(...args))

function send(method, path, body, headers = {}) {
  return new Promise((done, reject) => {
    const outgoing = request(`${base}${path}`, { method, headers, agent }, (incoming) => {
      const chunks = []
      incoming.on('data', (chunk) => chunks.push(chunk))
      incoming.on('end', () => done({ headers: incoming.headers, body: Buffer.concat(chunks) }))
      incoming.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

function errorOf(error) {
  if (error instanceof Error)
    return {
      errorType: error.name ?? 'Error',
      errorMessage: error.message ?? '',
      trace: String(error.stack ?? '').split('\n'),
    }
  const text = typeof error === 'string' ? error : error === undefined ? 'undefined' : format(error)
  return { errorType: typeof error, errorMessage: text, trace: [] }
}

function named(name, message) {
  const error = new Error(message)
  error.name = name
  return error
}

/** The file of a handler's module: what is there, in the order in which Lambda looks. */
function fileOf(path) {
  for (const extension of ['', '.js', '.mjs', '.cjs']) {
    const file = path + extension
    if (existsSync(file) && (extension !== '' || /\.[cm]?js$/.test(file))) return file
  }
  return undefined
}

async function loadHandler() {
  const match = /^((?:.*\/)?[^./][^/.]*|(?:.*\/)?[^.]*)\.(.+)$/.exec(handlerName ?? '')
  if (match === null || handlerName.includes('..'))
    throw named('Runtime.MalformedHandlerName', `Bad handler ${handlerName}`)
  const [, moduleName, path] = match
  const file = fileOf(resolve(root, moduleName))
  if (file === undefined)
    throw named('Runtime.ImportModuleError', `Error: Cannot find module '${moduleName}'`)
  let loaded
  try {
    loaded = await import(pathToFileURL(file).href)
  } catch (error) {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', String(error))
    if (/MODULE_NOT_FOUND/.test(String(error?.code)))
      throw named('Runtime.ImportModuleError', String(error))
    throw error
  }
  const pick = (from) => path.split('.').reduce((value, part) => value?.[part], from)
  const handler = pick(loaded) ?? pick(loaded.default)
  if (handler === undefined)
    throw named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`)
  if (typeof handler !== 'function')
    throw named('Runtime.HandlerNotFound', `${handlerName} is not a function`)
  const major = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV ?? '')?.[1] ?? 0)
  if (major >= 24 && handler.length >= 3)
    throw named(
      'Runtime.CallbackHandlerDeprecated',
      'ERROR: AWS Lambda does not support callback-based function handlers when using Node.js 24 runtime or later.',
    )
  return handler
}

function contextOf(headers) {
  const deadline = Number(headers['lambda-runtime-deadline-ms'])
  const parsed = (name) => (headers[name] ? JSON.parse(headers[name]) : undefined)
  const end = (error, value) => finish?.(error, value)
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    clientContext: parsed('lambda-runtime-client-context'),
    identity: parsed('lambda-runtime-cognito-identity'),
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done: end,
    succeed: (value) => end(null, value),
    fail: (error) => end(error ?? new Error('fail was called')),
  }
}

/** Calls the handler in whichever of its styles; the first end counts. */
function run(handler, event, context) {
  return new Promise((succeed, fail) => {
    let ended = false
    let waiting
    const end = (error, value) => {
      if (ended) return
      ended = true
      finish = undefined
      process.removeListener('beforeExit', onEmpty)
      if (error) fail(error)
      else succeed(value)
    }
    const onEmpty = () => (waiting === undefined ? end(null, null) : end(...waiting))
    process.on('beforeExit', onEmpty)
    finish = end
    const callback = (error, value) => {
      if (context.callbackWaitsForEmptyEventLoop === false) end(error, value)
      else waiting ??= [error, value]
    }
    try {
      const answer = handler(event, context, callback)
      if (typeof answer?.then === 'function')
        answer.then(
          (value) => end(null, value),
          (error) => end(error ?? new Error(String(error))),
        )
    } catch (error) {
      end(error ?? new Error(String(error)))
    }
  })
}

async function report(path, label, error) {
  const told = errorOf(error)
  log('ERROR', `${label} \t${JSON.stringify({ ...told, trace: undefined, stack: told.trace })}`)
  tell({ end: requestId })
  await send('POST', path, JSON.stringify(told), {
    'lambda-runtime-function-error-type': told.errorType,
    'content-type': 'application/json',
  })
}

async function crash(label, error, code) {
  const path = requestId === undefined ? '/init/error' : `/invocation/${requestId}/error`
  await report(path, label, error).catch(() => undefined)
  process.exit(code)
}
process.on('uncaughtException', (error) => crash('Uncaught Exception', error, 129))
process.on('unhandledRejection', (reason) => {
  const error = named(
    'Runtime.UnhandledPromiseRejection',
    reason instanceof Error ? String(reason) : format(reason),
  )
  if (reason instanceof Error) error.stack = reason.stack
  crash('Unhandled Promise Rejection', error, 128)
})

// Packages without a type of their own are told apart as Node does; this only reads what is there.
if (existsSync(resolve(root, 'package.json')))
  try {
    JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8'))
  } catch {
    console.error(`package.json in ${dirname(resolve(root, 'package.json'))} is not JSON`)
  }

let handler
try {
  handler = await loadHandler()
} catch (error) {
  await report('/init/error', 'Uncaught Exception', error).catch(() => undefined)
  process.exit(1)
}

for (;;) {
  requestId = undefined
  const { headers, body } = await send('GET', '/invocation/next').catch(() => process.exit(0))
  requestId = headers['lambda-runtime-aws-request-id']
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'] ?? ''
  const path = `/invocation/${requestId}`
  let answer
  try {
    const text = body.toString('utf8')
    const value = await run(handler, text === '' ? undefined : JSON.parse(text), contextOf(headers))
    answer = JSON.stringify(value === undefined ? null : value) ?? 'null'
  } catch (error) {
    await report(`${path}/error`, 'Invoke Error', error)
    continue
  }
  tell({ end: requestId })
  await send('POST', `${path}/response`, answer, { 'content-type': 'application/json' })
}
