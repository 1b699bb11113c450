import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Keys } from '../installation.ts'
import { queryForm, type RawRequest, signed } from '../raw-calls.ts'

/**
 * Requests that no client would send, and a client that sends them. Everything is drawn from a
 * seed, so that what broke once breaks again.
 */

/** What goes over the socket, and what may be expected of the connection. */
interface Attack {
  readonly kind: string
  /** Parts that are sent one after another, with a pause in between. */
  readonly parts: readonly Buffer[]
  /** The framing is right: an answer must come, and the connection goes on. */
  readonly framed: boolean
}

export interface Draw {
  /** 0 <= n < below */
  number(below: number): number
  of<T>(choices: readonly T[]): T
  bytes(length: number): Buffer
}

/** A small generator of its own (mulberry32): the same everywhere. */
export function draws(seed: number): Draw {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const number = (below: number) => Math.floor(next() * below)
  return {
    number,
    of: (choices) => choices[number(choices.length)]!,
    bytes: (length) => Buffer.from(Array.from({ length }, () => number(256))),
  }
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const json = (target: string) => ({
  'content-type': 'application/x-amz-json-1.1',
  'x-amz-target': target,
})

const oddTexts = [
  '',
  ' ',
  '\0',
  'a\0b',
  '__proto__',
  'constructor',
  'toString',
  '../../../etc/passwd',
  '%',
  '%zz',
  '%00',
  '%ff%fe',
  '\ud800',
  '\u{1f4a5}',
  '\uffff\ufeff',
  '<![CDATA[x]]>',
  '&lt;&#0;',
  '"}]}',
  '${aws:username}',
  '*',
  'null',
  '-1',
  '1e400',
  '9'.repeat(400),
  'true',
  '2020-13-45T99:99:99Z',
  '{"Version":"2012-10-17","Statement":[]}',
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}',
  `{"Statement":${'['.repeat(3_000)}`,
  'arn:aws:iam::000000000000:policy/__proto__',
  'arn:aws:iam::aws:policy/ReadOnlyAccess',
  'arn:::::',
  'x'.repeat(70),
  'x'.repeat(3_000),
  '(a+)+$',
  '\r\nX-Injected: yes',
] as const

const names = ['u1', 'u2', 'g1', 'r1', 'p1', 'i1', '__proto__', 'constructor'] as const

const members = [
  'UserName',
  'NewUserName',
  'GroupName',
  'RoleName',
  'PolicyName',
  'PolicyArn',
  'PolicyDocument',
  'AssumeRolePolicyDocument',
  'InstanceProfileName',
  'Path',
  'NewPath',
  'PathPrefix',
  'Marker',
  'MaxItems',
  'Tags.member.1.Key',
  'Tags.member.1.Value',
  'Tags.member.2.Key',
  'TagKeys.member.1',
  'VersionId',
  'SetAsDefault',
  'Status',
  'PermissionsBoundary',
  'MaxSessionDuration',
  'Description',
  'Filter.member.1',
  'EntityFilter',
  'Scope',
  'OnlyAttached',
  'RoleArn',
  'RoleSessionName',
  'DurationSeconds',
  'Policy',
  'PolicyArns.member.1.arn',
  'ExternalId',
  'SourceIdentity',
  'Name',
  'EncodedMessage',
  'SerialNumber',
  'TokenCode',
] as const

const oddMembers = [
  '__proto__.x',
  'constructor.prototype.y',
  'Tags.member.999999999.Key',
  'Tags.member.-1.Key',
  'Tags.member.0.Key',
  'Tags.member.1e9.Key',
  'Tags',
  'Tags.member',
  'Tags.member.1',
  `Tags${'.member.1'.repeat(2_000)}`,
  '.'.repeat(5_000),
  'Tags.entry.1.key',
  'UserName.UserName',
  '%55serName',
  '',
  '=',
] as const

const oddAuthorizations = [
  '',
  'AWS4-HMAC-SHA256',
  'AWS4-HMAC-SHA256 ',
  'AWS4-HMAC-SHA256 Credential=',
  'AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=x',
  'AWS4-HMAC-SHA256 Credential=AKIAAAAAAAAAAAAAAAAA/20200101/us-east-1/iam/aws4_request, SignedHeaders=host;x-amz-date, Signature=00',
  `AWS4-HMAC-SHA256 Credential=${'/'.repeat(2_000)}, SignedHeaders=host, Signature=x`,
  `AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=${'host;'.repeat(2_000)}, Signature=x`,
  `AWS4-HMAC-SHA256 ${'a=b,'.repeat(4_000)}`,
  'AWS4-ECDSA-P256-SHA256 Credential=x/20200101/iam/aws4_request, SignedHeaders=host, Signature=x',
  'AWS4-X',
  'AWS AKIA:signature',
  'Basic dXNlcjpwYXNz',
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'Bearer ',
  'Digest username="x"',
  '\xff\xfe',
] as const

/** A message with right framing. Headers may repeat; nothing is added but Host and the length. */
function message(
  method: string,
  target: string,
  headers: readonly (readonly [string, string])[],
  body: Buffer = Buffer.alloc(0),
): Buffer {
  let head = `${method} ${target} HTTP/1.1\r\n`
  if (!headers.some(([name]) => name.toLowerCase() === 'host')) head += 'host: localhost\r\n'
  for (const [name, value] of headers) head += `${name}: ${value}\r\n`
  head += `content-length: ${body.length}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

/** The request with a right signature. */
function rightly(
  request: RawRequest & { body: Buffer },
  keys: Keys,
  service: string,
  more: object = {},
): Buffer {
  const { method = 'POST', path = '/', query = '', body } = request
  const headers = Object.entries(signed(request, keys, { service, ...more }))
  return message(method, query === '' ? path : `${path}?${query}`, headers, body)
}

type Make = (draw: Draw, keys: Keys) => Omit<Attack, 'kind'>

const one = (part: Buffer): Omit<Attack, 'kind'> => ({ parts: [part], framed: true })
const broken = (...parts: Buffer[]): Omit<Attack, 'kind'> => ({ parts, framed: false })

const value = (draw: Draw): string =>
  draw.number(3) === 0
    ? draw.of(names)
    : draw.number(20) === 0
      ? draw.bytes(200).toString('latin1')
      : draw.of(oddTexts)

function oddForm(draw: Draw, operations: readonly string[]): Buffer {
  const action = draw.number(12) === 0 ? draw.of(oddTexts) : draw.of(operations)
  let body = `Action=${encode(action)}&Version=${draw.number(30) === 0 ? encode(draw.of(oddTexts)) : '2010-05-08'}`
  for (let i = draw.number(8); i > 0; i--) {
    const odd = draw.number(8) === 0
    const name = odd ? encode(draw.of(oddMembers)) : draw.of(members)
    const text = draw.number(10) === 0 ? draw.of(oddTexts) : encode(value(draw))
    body += draw.number(40) === 0 ? `&${name}` : `&${name}=${text}`
  }
  if (draw.number(25) === 0) body += '&a=b'.repeat(20_000)
  return Buffer.from(body, draw.number(10) === 0 ? 'latin1' : 'utf8')
}

const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

function oddJson(draw: Draw): Buffer {
  const keys = [
    'StartTime',
    'EndTime',
    'LookupAttributes',
    'MaxResults',
    'NextToken',
    '__proto__',
    'EventCategory',
  ]
  const odd = (depth: number): string =>
    draw.of([
      () => 'null',
      () => 'true',
      () => '-0',
      () => '1e400',
      () => '1e-400',
      () => '9'.repeat(400),
      () => '"\\ud800"',
      () => JSON.stringify(draw.of(oddTexts)),
      () => (depth > 3 ? '[]' : `[${odd(depth + 1)},${odd(depth + 1)}]`),
      () => (depth > 3 ? '{}' : `{"${draw.of(keys)}":${odd(depth + 1)}}`),
      () => '{"AttributeKey":"Username","AttributeValue":"x"}',
      () => '{"__proto__":{"polluted":true}}',
    ])()
  const whole = draw.of([
    () => `{"${draw.of(keys)}":${odd(0)},"${draw.of(keys)}":${odd(0)}}`,
    () => odd(0),
    () => '{"a":'.repeat(1 + draw.number(100_000)),
    () => `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
    () => '\ufeff{}',
    () => '{}x',
    () => '{"a":1,}',
    () => `{"${'k'.repeat(100_000)}":1}`,
    () => `{${'"a":{},'.repeat(20_000)}"b":1}`,
    () => draw.bytes(300).toString('latin1'),
    () => '',
  ])()
  return Buffer.from(whole)
}

/** Every kind of attack by its name. */
const kinds = (iam: readonly string[], sts: readonly string[]): Record<string, Make> => ({
  'odd form, rightly signed': (draw, keys) => {
    const service = draw.of(['iam', 'iam', 'sts'])
    const body = oddForm(draw, service === 'iam' ? iam : sts)
    return one(rightly({ headers: form, body }, keys, service))
  },
  'odd form, unsigned': (draw) =>
    one(message('POST', '/', Object.entries(form), oddForm(draw, iam))),
  'odd JSON, rightly signed': (draw, keys) =>
    one(
      rightly(
        { headers: json('CloudTrail_20131101.LookupEvents'), body: oddJson(draw) },
        keys,
        'cloudtrail',
      ),
    ),
  'odd target': (draw, keys) => {
    const target =
      draw.of(['CloudTrail_20131101.', '', '.', 'a.b.c', 'IAM.', 'TrentService.']) +
      draw.of(['__proto__', 'constructor', 'LookupEvents', 'toString', 'x'.repeat(5_000)])
    const request = { headers: json(target), body: oddJson(draw) }
    return one(
      draw.number(2)
        ? rightly(request, keys, 'cloudtrail')
        : message('POST', '/', Object.entries(request.headers), request.body),
    )
  },
  'body cut after signing': (draw, keys) => {
    const whole = rightly(
      {
        headers: form,
        body: Buffer.from(queryForm('ListUsers', '2010-05-08', { PathPrefix: '/x/' })),
      },
      keys,
      'iam',
    )
    const end = whole.indexOf('\r\n\r\n') + 4
    const cut = end + draw.number(whole.length - end)
    const head = whole
      .subarray(0, end)
      .toString('latin1')
      .replace(/content-length: \d+/, `content-length: ${cut - end}`)
    return one(Buffer.concat([Buffer.from(head, 'latin1'), whole.subarray(end, cut)]))
  },
  'less body than announced': (draw) =>
    broken(
      Buffer.from(
        `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${100 + draw.number(100_000)}\r\n\r\nAction=x`,
      ),
    ),
  'more body than announced': () =>
    broken(Buffer.from('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nAction=ListUsers')),
  'odd content-length': (draw) =>
    broken(
      Buffer.from(
        `POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${draw.of(['-1', 'x', '1e3', '99999999999999999999', '0x10', ''])}\r\n\r\n`,
      ),
    ),
  'two lengths': () =>
    broken(
      Buffer.from(
        'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd',
      ),
    ),
  'length and chunks': () =>
    broken(
      Buffer.from(
        'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      ),
    ),
  'garbage for chunks': (draw) =>
    broken(
      Buffer.from(
        `POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n${draw.of(['ZZ\r\n', 'ffffffffffffffff\r\n', '5\r\nab', '-1\r\n', '5;x=y\r\nabcde\r\n0\r\n\r\n', '\r\n\r\n', '3\r\nabcd\r\n'])}`,
      ),
    ),
  'chunks of a signed form': (draw, keys) => {
    const body = oddForm(draw, iam)
    const headers = Object.entries(signed({ headers: form, body }, keys, { service: 'iam' }))
    let text = 'POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n'
    for (const [name, field] of headers) text += `${name}: ${field}\r\n`
    const half = Math.floor(body.length / 2)
    const chunk = (part: Buffer) =>
      part.length === 0
        ? []
        : [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]
    return one(
      Buffer.concat([
        Buffer.from(`${text}\r\n`),
        ...chunk(body.subarray(0, half)),
        ...chunk(body.subarray(half)),
        Buffer.from('0\r\n\r\n'),
      ]),
    )
  },
  'one huge header': (draw) =>
    broken(message('GET', '/', [['x-huge', 'x'.repeat(20_000 + draw.number(80_000))]])),
  'ten thousand headers': (draw) => {
    const headers = Array.from(
      { length: draw.of([199, 201, 2_000, 10_000]) },
      (_, i) => [`x${i}`, '1'] as const,
    )
    return broken(message('GET', '/', headers))
  },
  'odd method': (draw, keys) => {
    const method = draw.of([
      'PUT',
      'DELETE',
      'PATCH',
      'TRACE',
      'PROPFIND',
      'LINK',
      'HEAD',
      'OPTIONS',
      'QUERY',
      'SEARCH',
    ])
    const body = oddForm(draw, iam)
    if (method === 'HEAD') return broken(message(method, '/', [], Buffer.alloc(0)))
    return one(
      draw.number(2)
        ? rightly({ method, headers: form, body }, keys, 'iam')
        : message(method, '/', [], body),
    )
  },
  'no method at all': (draw) =>
    broken(
      Buffer.concat([
        Buffer.from(
          draw.of([
            'FOO / HTTP/1.1',
            'get / HTTP/1.1',
            'GET',
            'GET /',
            ' GET / HTTP/1.1',
            'GET / HTTP/9.9',
            'GET  / HTTP/1.1',
            'CONNECT a:443 HTTP/1.1',
            'PRI * HTTP/2.0',
            '\x16\x03\x01\x02\x00',
          ]),
        ),
        Buffer.from('\r\nhost: a\r\n\r\n'),
      ]),
    ),
  'odd path': (draw, keys) => {
    const path = draw.of([
      'http://localhost/',
      'http://[::1',
      '*',
      '//',
      '/%',
      '/%zz',
      '/%00',
      '/%ff%fe',
      '/..%2f..',
      '/\xff\xfe',
      '/?',
      '/#x',
      '/a/../../b',
      `/${'a/'.repeat(3_000)}`,
      '/__proto__',
      '/_sallyport/',
      '/_sallyport/why/%00',
      '/_sallyport/why/x',
      '/_sallyport/inbox?to=%',
      '/_sallyport/metrics',
      '/_sallyport/clock',
      '/_sallyport/../',
      '/_sallyport/backup',
      '/_sallyport/reset',
      '/_sallyport/health?x',
      '/service/GraniteServiceVersion20100801/operation/x',
      '/2013-04-01/hostedzone',
    ])
    const method = draw.of(['GET', 'POST', 'PUT'])
    const mark = path.indexOf('?')
    const request = {
      method,
      path: mark < 0 ? path : path.slice(0, mark),
      query: mark < 0 ? '' : path.slice(mark + 1),
      headers: draw.of([form, {}, json('X.Y')]) as Record<string, string>,
      body: oddJson(draw).subarray(0, 1_000),
    }
    const signs = draw.number(2) === 1
    const bytes = signs
      ? rightly(request, keys, draw.of(['sallyport', 'iam', 's3']))
      : message(method, path, Object.entries(request.headers), request.body)
    return { parts: [bytes], framed: !/[\xff#]/.test(path) }
  },
  'odd query': (draw, keys) => {
    const query = draw.of([
      () => 'a=b&'.repeat(1 + draw.number(3_000)),
      () =>
        `Action=ListUsers&Version=2010-05-08&${draw.of(oddMembers)}=${encode(draw.of(oddTexts))}`,
      () => `Action=%4cistUsers&Version=2010-05-08&Marker=%${draw.of(['', 'f', 'ff', 'zz', '00'])}`,
      () => '&&&&====',
      () => 'x'.repeat(draw.of([10_000, 100_000])),
      () => 'X-Amz-Signature=&X-Amz-Algorithm=',
    ])()
    const request = { method: 'GET', query, body: Buffer.alloc(0) }
    const bytes = draw.number(2) ? rightly(request, keys, 'iam') : message('GET', `/?${query}`, [])
    return { parts: [bytes], framed: query.length < 20_000 }
  },
  'odd authorization': (draw) => {
    const fields = Array.from(
      { length: 1 + draw.number(2) },
      () => ['authorization', draw.of(oddAuthorizations)] as const,
    )
    const date = [
      'x-amz-date',
      draw.of([
        '20200101T000000Z',
        '20201399T999999Z',
        '',
        'now',
        '99999999T999999Z',
        '2'.repeat(500),
      ]),
    ] as const
    return one(
      message(
        'POST',
        '/',
        [...fields, ...(draw.number(2) ? [date] : []), ...Object.entries(form)],
        oddForm(draw, iam),
      ),
    )
  },
  'signature changed': (draw, keys) => {
    const whole = rightly({ headers: form, body: oddForm(draw, iam) }, keys, 'iam').toString(
      'latin1',
    )
    const changed = draw.of([
      () => whole.replace(/Signature=./, 'Signature=g'),
      () => whole.replace(/Signature=\w+/, 'Signature='),
      () => whole.replace(/Signature=(\w+)/, 'Signature=$1$1'),
      () => whole.replace('us-east-1', draw.of(['xx', '..', 'x'.repeat(3_000), 'eu-west-1'])),
      () => whole.replace('/iam/', `/${draw.of(['sts', 's3', '', '__proto__'])}/`),
      () => whole.replace('aws4_request', 'aws5_request'),
      () =>
        whole.replace(
          /Credential=\w+/,
          `Credential=${draw.of(['', 'AKIA', '__proto__', '000000000000', 'x'.repeat(5_000)])}`,
        ),
      () =>
        whole.replace(
          /SignedHeaders=[^,]+/,
          `SignedHeaders=${draw.of(['', 'host', 'host;host', 'x-none;host', '__proto__;host'])}`,
        ),
      () => whole.replace(/x-amz-date: \w+/, 'x-amz-date: 20000101T000000Z'),
      () => whole.replace('\r\n\r\n', '\r\nx-amz-security-token: SP1AAAA\r\n\r\n'),
      () => whole.replace('\r\n\r\n', `\r\nx-amz-security-token: ${'A'.repeat(20_000)}\r\n\r\n`),
      () => whole.replace('host: localhost', 'host: other'),
    ])()
    return one(Buffer.from(changed, 'latin1'))
  },
  'odd times, rightly signed': (draw, keys) => {
    const at = Date.now() + draw.of([-86_400_000, -901_000, 301_000, 86_400_000, 2e12])
    return one(
      rightly({ headers: form, body: oddForm(draw, iam) }, keys, 'iam', {
        at,
        region: draw.of(['us-east-1', 'x', 'no region', '']),
      }),
    )
  },
  'odd presigned': (draw, keys) => {
    const date = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '')
    const query = `Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=${draw.of(['AWS4-HMAC-SHA256', '', 'none'])}&X-Amz-Credential=${keys.accessKeyId}%2F${date.slice(0, 8)}%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Date=${date}&X-Amz-Expires=${draw.of(['0', '-1', '604801', '1e9', 'NaN', '', '60'])}&X-Amz-SignedHeaders=host&X-Amz-Signature=${draw.of(['', '00', 'f'.repeat(64)])}`
    return one(message('GET', `/?${query}`, []))
  },
  'odd host': (draw) => {
    const host = draw.of([
      '',
      '..',
      '[::1',
      ':',
      'x'.repeat(5_000),
      's3.localhost',
      'iam.localhost:99999',
      '__proto__.s3.us-east-1.localhost',
      'iam.__proto__.localhost',
      '\xff',
      'a b',
    ])
    return broken(
      message('POST', '/', [['host', host], ...Object.entries(form)], oddForm(draw, iam)),
    )
  },
  'odd content': (draw, keys) => {
    const body = draw.of([
      () => gzipSync(Buffer.alloc(20_000_000)),
      () => gzipSync('Action=ListUsers&Version=2010-05-08').subarray(0, 20),
      () => Buffer.from('\x1f\x8b\x08garbage', 'latin1'),
      () => Buffer.from([0x9f, ...Array<number>(5_000).fill(0x9f)]),
      () => Buffer.from(`<a>`.repeat(20_000)),
      () => Buffer.from('<!DOCTYPE a [<!ENTITY b "&b;&b;">]><a>&b;</a>'),
      () => draw.bytes(1_000),
    ])()
    const headers = {
      'content-type': draw.of([
        'application/x-www-form-urlencoded',
        'application/cbor',
        'application/json',
        'text/xml',
        'multipart/form-data; boundary=x',
        '\x01',
        'x'.repeat(3_000),
        'application/x-amz-json-1.0',
      ]),
      'content-encoding': draw.of(['gzip', 'identity', 'br', 'gzip, gzip', 'aws-chunked', 'x']),
    }
    const service = draw.of(['iam', 'cloudtrail', 'sts'])
    const bytes = draw.number(3)
      ? rightly({ headers, body }, keys, service)
      : message(
          'POST',
          draw.of(['/', '/service/CloudTrail/operation/LookupEvents']),
          [...Object.entries(headers), ['smithy-protocol', 'rpc-v2-cbor']],
          body,
        )
    return { parts: [bytes], framed: headers['content-type'] !== '\x01' }
  },
  'odd preflight': (draw) =>
    one(
      message('OPTIONS', draw.of(['/', '/%', '/_sallyport/x']), [
        ['origin', draw.of(['null', 'x'.repeat(2_000), 'http://a'])],
        ['access-control-request-headers', 'x,'.repeat(1_000)],
      ]),
    ),
  'bytes turned over': (draw, keys) => {
    const whole = rightly({ headers: form, body: oddForm(draw, iam) }, keys, 'iam')
    for (let i = 1 + draw.number(5); i > 0; i--) whole[draw.number(whole.length)] = draw.number(256)
    return broken(whole)
  },
  'nothing but noise': (draw) => broken(draw.bytes(1 + draw.number(2_000))),
  slowly: (draw, keys) => {
    const whole = rightly({ headers: form, body: oddForm(draw, iam) }, keys, 'iam')
    const at = draw.number(whole.length)
    return { parts: [whole.subarray(0, at), whole.subarray(at)], framed: true }
  },
  'broken off': (draw, keys) => {
    const whole = rightly(
      {
        headers: form,
        body: Buffer.concat([oddForm(draw, iam), Buffer.alloc(draw.of([10, 100_000]), 97)]),
      },
      keys,
      'iam',
    )
    return broken(whole.subarray(0, draw.number(whole.length)))
  },
})

export interface Outcome {
  readonly sent: number
  /** Answers by status; 0 where the connection was closed without one. */
  readonly statuses: ReadonlyMap<number, number>
  /** What must not be: a status above 499 but 501, no answer at all. With what was sent. */
  readonly faults: readonly string[]
}

export interface Battle {
  readonly port: number
  readonly keys: Keys
  readonly count: number
  readonly seed: number
  /** Operations that an odd form names. */
  readonly iam: readonly string[]
  readonly sts: readonly string[]
  readonly connections?: number
}

/** Sends as many attacks, over as many connections at once. */
export async function attack({
  port,
  keys,
  count,
  seed,
  iam,
  sts,
  connections = 8,
}: Battle): Promise<Outcome> {
  const draw = draws(seed)
  const makes = Object.entries(kinds(iam, sts))
  const statuses = new Map<number, number>()
  const faults: string[] = []
  let sent = 0
  const next = (): Attack | undefined => {
    if (sent >= count || faults.length >= 20) return undefined
    // Each kind in turn, the two that reach furthest as often as all others.
    const [kind, make] =
      sent % 2 === 0 ? makes[(sent / 2) % makes.length]! : makes[draw.of([0, 0, 0, 2])]!
    sent++
    return { kind, ...make(draw, keys) }
  }
  await Promise.all(
    Array.from({ length: connections }, async () => {
      let line: Line | undefined
      for (let attack = next(); attack !== undefined; attack = next()) {
        if (!attack.framed || line === undefined || line.closed) {
          line?.end()
          line = new Line(port)
        }
        const status = await line.exchange(attack)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        const wrong =
          status === -1 || (status >= 500 && status !== 501) || (status === 0 && attack.framed)
        if (wrong)
          faults.push(
            `${status} ${attack.kind}: ${Buffer.concat(attack.parts).toString('latin1').slice(0, 2_000)} => ${line.received.slice(0, 300)}`,
          )
        if (!attack.framed) {
          line.end()
          line = undefined
        }
      }
      line?.end()
    }),
  )
  return { sent, statuses, faults }
}

/** One connection, without any of the kindness of an HTTP client. */
class Line {
  readonly #socket: Socket
  received = ''
  closed = false
  #hung = false
  #wake: () => void = () => {}

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket.setEncoding('latin1')
    this.#socket.on('data', (text) => {
      this.received += text
      this.#wake()
    })
    this.#socket.on('error', (error) => {
      this.#hung ||= error.message === 'no answer'
    })
    this.#socket.on('close', () => {
      this.closed = true
      this.#wake()
    })
  }

  /** The status of the answer; 0 when the connection was closed without one, -1 when nothing came. */
  async exchange({ parts, framed }: Attack): Promise<number> {
    this.received = ''
    for (const [i, part] of parts.entries()) {
      if (i > 0) await new Promise((resolve) => setTimeout(resolve, 5))
      this.#socket.write(part)
    }
    // Whoever breaks the framing hangs up, or the server would rightly wait for the rest.
    if (!framed) this.#socket.end()
    const deadline = setTimeout(() => this.#socket.destroy(new Error('no answer')), 15_000)
    while (!this.closed && (!this.#complete() || !framed))
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    clearTimeout(deadline)
    if (this.#hung) return -1
    const status = /^HTTP\/1\.1 (\d{3})/.exec(this.received)?.[1]
    if (/\r\nconnection: close\r\n/i.test(this.received)) this.end()
    return status === undefined ? 0 : Number(status)
  }

  #complete(): boolean {
    const end = this.received.indexOf('\r\n\r\n')
    if (end < 0) return false
    const head = this.received.slice(0, end + 2)
    const length = /\r\ncontent-length: (\d+)\r\n/i.exec(head)?.[1]
    if (length !== undefined) return this.received.length >= end + 4 + Number(length)
    if (/\r\ntransfer-encoding: chunked\r\n/i.test(head))
      return this.received.endsWith('\r\n0\r\n\r\n')
    return /^HTTP\/1\.1 (204|304)/.test(head)
  }

  end(): void {
    this.#socket.destroy()
    this.closed = true
  }
}
