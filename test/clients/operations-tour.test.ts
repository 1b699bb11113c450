import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Installation, install, type Keys } from '../installation.ts'
import { openAccountOf, permit, suites } from '../journeys/authorization-world.ts'

/**
 * Every operation that is handled, by clients that others wrote: the AWS CLI's subcommands and
 * boto3's methods, each with the input that the truth test calls it with, in an account of its own.
 */

/** Debian's Python has the AWS CLI's library; another Python on the path may have a newer boto3. */
const debian = '/usr/bin/python3'
const hasBoto3 = spawnSync('python3', ['-c', 'import boto3']).status === 0
const newest = process.env.PYTHON ?? (hasBoto3 ? 'python3' : debian)
const present = existsSync('/usr/bin/aws') || process.env.CI !== undefined
const skip = present ? false : 'no AWS CLI here, and no Python with its library'

/** A client in a process of its own: what it answers to one call, or that it does not know it. */
interface Tourist {
  readonly name: string
  call(service: string, operation: string, input: object, keys: Keys): Promise<Told>
  close(): void
}

type Told = 'unknown' | { readonly error: string | undefined }

/** A program that answers a line with a line. */
function conversation(python: string, driver: string) {
  const path = fileURLToPath(new URL(driver, import.meta.url))
  const child = spawn(python, [path], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    async ask(question: object) {
      child.stdin.write(`${JSON.stringify(question)}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error(`${driver} has ended`)
      return JSON.parse(value)
    },
    close: () => child.stdin.end(),
  }
}

const kebab = (name: string): string =>
  name
    .replace('OpenIDConnect', 'OpenIdConnect')
    .replace('WithSAML', 'WithSaml')
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase()

/** Subcommands that take no JSON, because they write their answer into a file. */
function withoutJson(operation: string, input: object): readonly string[] | undefined {
  if (operation === 'CreateVirtualMFADevice')
    return [
      ...['--virtual-mfa-device-name', 'new', '--outfile', '/dev/null'],
      ...['--bootstrap-method', 'QRCodePNG'],
    ]
  if (operation !== 'Invoke') return undefined
  const { FunctionName } = input as { readonly FunctionName: string }
  return ['--function-name', FunctionName, '/dev/null']
}

function awsCli(endpoint: string): Tourist {
  const { ask, close } = conversation(debian, './cli-driver.py')
  return {
    name: 'AWS CLI',
    close,
    async call(service, operation, input, keys) {
      const given = ['--cli-input-json', JSON.stringify(input, binary)]
      const args = [service, kebab(operation), ...(withoutJson(operation, input) ?? given)]
      args.push('--endpoint-url', endpoint, '--output', 'json', '--no-paginate')
      const env = {
        AWS_ACCESS_KEY_ID: keys.accessKeyId,
        AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
        AWS_SESSION_TOKEN: keys.sessionToken ?? '',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_EC2_METADATA_DISABLED: 'true',
        AWS_MAX_ATTEMPTS: '1',
        AWS_PAGER: 'cat',
        AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
        AWS_CONFIG_FILE: '/nonexistent',
      }
      const { code, err } = await ask({ args, env })
      if (/Invalid choice|Unknown parameter in input|not.* valid choice/i.test(err))
        return 'unknown'
      return { error: code === 0 ? undefined : err }
    },
  }
}

function boto3(endpoint: string): Tourist {
  const { ask, close } = conversation(newest, './boto3-driver.py')
  return {
    name: 'boto3',
    close,
    async call(service, operation, input, keys) {
      const given = JSON.parse(JSON.stringify(input, binary))
      const told = await ask({ service, operation, input: given, keys, endpoint })
      if (told.ok) return { error: undefined }
      if (told.code === 'UnknownToClient') return 'unknown'
      return { error: `${told.code}: ${told.message}` }
    },
  }
}

/** Bytes travel as base64. */
function binary(this: unknown, key: string, value: unknown): unknown {
  const own = (this as Record<string, unknown>)[key]
  return own instanceof Uint8Array ? Buffer.from(own).toString('base64') : value
}

describe('every operation by clients of others', { skip }, () => {
  let house: Installation
  before(async () => {
    house = await install()
  })
  after(() => house.close())

  for (const make of [awsCli, boto3])
    test(make.name, async (t) => {
      const tourist = make(house.url)
      const unknown: string[] = []
      const failed: string[] = []
      let called = 0
      for (const { service, rows, bare = false } of suites)
        for (const [operation, making] of rows) {
          const home = await openAccountOf(house, !bare)
          const row = await making(home)
          await permit(home, { Effect: 'Allow', Action: '*', Resource: '*' })
          const told = await tourist.call(service.name, operation, row.input, home.tester)
          if (told === 'unknown') unknown.push(`${service.name}:${operation}`)
          else if (told.error === undefined) called++
          else if (!isExpected(row, told.error))
            failed.push(`${service.name} ${operation}: ${told.error.trim().slice(0, 300)}`)
          else called++
        }
      tourist.close()
      assert.deepEqual(failed, [])
      t.diagnostic(`${called} operations answered; too new for this client: ${unknown.length}`)
      assert.ok(called > 240, `only ${called} were called`)
    })
})

/** Rows whose input is good for nothing but its refusal. */
const isExpected = (
  row: { readonly credential?: boolean; readonly answers?: string },
  error: string,
): boolean =>
  (row.credential === true && /InvalidIdentityToken/.test(error)) ||
  (row.answers !== undefined && row.answers !== '' && error.includes(row.answers))
