/**
 * botocore is the library below the AWS CLI and boto3. Its serializers and parsers are called
 * without a network: what they send must decode, and what we answer they must understand.
 */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { resolveOperation } from '../../../src/wire/schema/resolve.ts'
import type { Pair } from '../../parity/wire/clients.ts'
import { subjects } from '../../parity/wire/services.ts'
import { drawValue, seedOf } from '../../parity/wire/values.ts'

const script = join(import.meta.dirname, 'speak.py')
const speak = (args: readonly string[], input = '') =>
  spawnSync('python3', [script, ...args], { input, encoding: 'utf8', maxBuffer: 2 ** 28 })
const absent = spawnSync('python3', ['-c', 'import botocore']).status !== 0
const skip = absent && !process.env.CI ? 'botocore is not installed' : false

/** Older names of an operation that another one answers by now, at the same address. */
const SUPERSEDED = new Set([
  'GetBucketLifecycle',
  'GetBucketNotification',
  'PutBucketLifecycle',
  'PutBucketNotification',
  'ListDirectoryBuckets',
])
/** Answers that boto reads by code of its own, or whose shape it has in another protocol only. */
const READ_ELSEWHERE = new Set(['GetBucketLocation', 'SelectObjectContent'])

interface Sent {
  readonly service: string
  readonly operation: string
  readonly method: string
  readonly url: string
  readonly query: string
  readonly headers: Record<string, string>
  readonly body: string
  readonly params: Record<string, unknown>
}

test('what botocore sends is what a handler receives', { skip }, async () => {
  const pairs = await loadPairs()
  const { stdout, stderr } = speak(['requests', process.env.FUZZ_SEED ?? '1'])
  const lines = stdout.trimEnd().split('\n')
  assert.ok(lines.length > 1_000, stderr)
  for (const line of lines) {
    const sent = JSON.parse(line) as Sent
    if (SUPERSEDED.has(sent.operation)) continue
    const pair = pairs.get(sent.service)!
    const [path = '', literals = ''] = sent.url.split('?')
    const request = {
      method: sent.method,
      path,
      query: [literals, sent.query].filter(Boolean).join('&'),
      headers: { host: 'localhost', ...sent.headers },
      body: Buffer.from(sent.body, 'base64'),
    }
    const { route, operation } = pair.find(request)
    assert.equal(operation.name, sent.operation)
    const received = plain(await collected(operation.decode(request, route)))
    const expected = plain(sent.params) as object
    // Header members that botocore fills in by itself.
    for (const name of ['ContentType', 'ContentMD5', 'Body']) {
      if (!(name in expected)) delete (received as Record<string, unknown>)[name]
    }
    assert.deepEqual(received, expected, `${sent.service} ${sent.operation}`)
  }
})

test('what a handler returns is what botocore reads', { skip }, async () => {
  let compared = 0
  const answers: { line: string; expected: unknown; name: string }[] = []
  for (const pair of (await loadPairs()).values()) {
    for (const name of pair.operations)
      if (!READ_ELSEWHERE.has(name)) answers.push(answer(pair, name))
  }
  const { stdout, stderr } = speak(['responses'], answers.map(({ line }) => line).join('\n'))
  const read = stdout.trimEnd().split('\n')
  assert.equal(read.length, answers.length, stderr)
  for (const [i, { expected, name }] of answers.entries()) {
    const understood = JSON.parse(read[i]!) as unknown
    if (understood !== null) compared += assertWithin(plain(understood, true), expected, name)
  }
  assert.ok(compared > 4_000, `only ${compared} values were understood`)
})

function answer(pair: Pair, name: string) {
  const { output } = resolveOperation(pair.schema(name))
  const style = { xml: true, rest: pair.protocolName.startsWith('rest'), integers: true }
  const [drawn] = fc.sample(
    fc.gen().map((gen) => drawValue(output, (arbitrary) => gen(arbitrary), style)),
    { numRuns: 1, seed: seedOf(name), unbiased: true },
  ) as [Record<string, unknown>]
  const { status, headers, body } = pair.wire.operation(name)!.encode(drawn, 'request-1')
  const line = JSON.stringify({
    service: pair.name,
    protocol: pair.protocolName,
    operation: name,
    status,
    headers,
    body: Buffer.from(body as string).toString('base64'),
  })
  return { line, expected: plain(drawn, true), name: `${pair.name} ${name}` }
}

/**
 * Every value that was read must be what was written; the models know different members.
 * @returns how many values were compared
 */
function assertWithin(read: unknown, written: unknown, where: string): number {
  if (typeof read !== 'object' || read === null) {
    // Of an absent payload boto makes an empty text.
    assert.equal(read, written ?? (read === '' ? '' : undefined), where)
    return 1
  }
  const whole = written as Record<string, unknown> | undefined
  return Object.entries(read)
    .map(([key, value]) => assertWithin(value, whole?.[key], `${where}.${key}`))
    .reduce((sum, count) => sum + count, 0)
}

async function loadPairs(): Promise<Map<string, Pair>> {
  const own = subjects.filter(({ title }) => !title.includes(' as '))
  return new Map(
    await Promise.all(own.map(async ({ title, load }) => [title, await load()] as const)),
  )
}

async function collected(input: Readonly<Record<string, unknown>>) {
  const out: Record<string, unknown> = { ...input }
  for (const [name, value] of Object.entries(out)) {
    if (value === null || typeof value !== 'object' || !(Symbol.asyncIterator in value)) continue
    const chunks: Uint8Array[] = []
    for await (const chunk of value as AsyncIterable<Uint8Array>) chunks.push(chunk)
    out[name] = Buffer.concat(chunks)
  }
  return out
}

/** HTTP dates have whole seconds. */
const dateText = (milliseconds: number) => `date ${Math.floor(milliseconds / 1000)}`

/**
 * A form in which both clients' values can be compared: dates and bytes as text; numbers as text,
 * because the models disagree on some; empty things absent, because forms cannot carry them.
 * @param keepItems leaves empty items in lists, so that the others keep their places
 */
function plain(value: unknown, keepItems = false): unknown {
  if (value === null || value === undefined) return undefined
  if (value instanceof Date) return dateText(value.getTime())
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('base64')}`
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object') return value
  if ('$date' in value) return dateText(Number(value.$date))
  if ('$bytes' in value) return `bytes ${value.$bytes}`
  const kept = (item: unknown) =>
    item !== undefined && !(typeof item === 'object' && Object.keys(item as object).length === 0)
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item, keepItems))
    return keepItems ? items : items.filter(kept)
  }
  const entries = Object.entries(value).map(([key, item]) => [key, plain(item, keepItems)] as const)
  return Object.fromEntries(entries.filter(([, item]) => kept(item)))
}
