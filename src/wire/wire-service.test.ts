import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as CloudWatch from '@aws-sdk/client-cloudwatch'
import * as Iam from '@aws-sdk/client-iam'
import * as Kms from '@aws-sdk/client-kms'
import * as Route53 from '@aws-sdk/client-route-53'
import * as S3 from '@aws-sdk/client-s3'
import * as Sts from '@aws-sdk/client-sts'
import fc from 'fast-check'
import { codePoint } from '../../test/characters.ts'
import type { ServiceEntry } from '../kernel/directory.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { HttpRequest } from '../kernel/http.ts'
import { createRouter } from './route/router.ts'
import { encodeError, loadWire } from './wire-service.ts'

const contracts = { sts: Sts, iam: Iam, kms: Kms, cloudwatch: CloudWatch, route53: Route53, s3: S3 }
const services = Object.fromEntries(
  Object.entries(contracts).map(([name, contract]) => [name, loadWire(contract)]),
)
const router = createRouter(
  Object.entries(services).map(
    ([name, { facts }]): ServiceEntry => ({
      name,
      signingName: name,
      target: facts.target,
      version: facts.protocol.startsWith('rest') ? undefined : facts.version,
      load: () => Promise.reject(new Error('not needed')),
    }),
  ),
)

function decode(request: HttpRequest, scope?: string): unknown {
  const route = router.route(request, scope)
  return services[route.entry.name]!.find(route, request).decode(request, route)
}

const json = (body: string | Uint8Array, target = 'TrentService.Encrypt'): HttpRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' },
  body: typeof body === 'string' ? Buffer.from(body) : body,
})

test('JSON of the wrong form is a SerializationException', () => {
  const bodies = [
    '{',
    'null',
    '[]',
    '"x"',
    '1',
    '{"KeyId":1}',
    '{"KeyId":{}}',
    '{"KeyId":[]}',
    '{"KeyId":true}',
    '{"Plaintext":"***"}',
    '{"Plaintext":5}',
    '{"EncryptionContext":[]}',
    '{"EncryptionContext":{"a":1}}',
    '{"GrantTokens":{}}',
    '{"GrantTokens":["a",1]}',
    '{"DryRun":"true"}',
    '['.repeat(1_000_000),
    `{"EncryptionContext":${'{"a":'.repeat(100_000)}`,
  ]
  for (const body of [...bodies, Uint8Array.of(0x22, 0xff, 0x22)]) {
    assert.throws(() => decode(json(body)), { name: 'SerializationException', status: 400 })
  }
})

test('JSON that AWS takes is taken', () => {
  assert.deepEqual(decode(json('')), {})
  assert.deepEqual(decode(json('{"KeyId":null,"Unknown":{"a":[1]}}')), {})
  const input = decode(json('{"EncryptionContext":{"__proto__":"x"}}')) as {
    EncryptionContext: object
  }
  assert.deepEqual(Object.entries(input.EncryptionContext), [['__proto__', 'x']])
  assert.equal(Object.getPrototypeOf(input.EncryptionContext), Object.prototype)
})

test('operations that do not exist are refused in each dialect', () => {
  for (const name of ['Nope', 'constructor', '__proto__', 'Encrypt$', '']) {
    assert.throws(() => decode(json('{}', `TrentService.${name}`)), {
      name: 'UnknownOperationException',
    })
  }
  const form = { ...json(''), headers: { 'content-type': 'application/x-www-form-urlencoded' } }
  const body = Buffer.from('Action=Nope&Version=2010-05-08')
  assert.throws(() => decode({ ...form, body }, 'iam'), {
    name: 'InvalidAction',
    message: 'Could not find operation Nope for version 2010-05-08',
  })
})

test('whatever arrives is decoded or refused, never a fault', () => {
  const names = Object.values(services).flatMap(({ facts }) =>
    [...facts.operations.keys()].map((name) => ({ facts, name })),
  )
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.json().map((text) => Buffer.from(text)),
    fc.string({ unit: codePoint }).map((text) => Buffer.from(text)),
    fc
      .array(
        fc.constantFrom(
          '&',
          '=',
          '.',
          '%',
          '+',
          'a',
          'member',
          '1',
          'Tags',
          'Key',
          '%41',
          'PolicyDocument',
          'entry',
          'value',
        ),
      )
      .map((parts) => Buffer.from(parts.join(''))),
    fc
      .array(
        fc.constantFrom(
          '<a>',
          '</a>',
          '<Tag>',
          '</Tag>',
          '<Key>',
          '</Key>',
          'x',
          '&lt;',
          '&#1;',
          '<!--',
          '<Grantee xsi:type="x"/>',
        ),
      )
      .map((parts) => Buffer.from(parts.join(''))),
  )
  const text = fc.oneof(
    fc.string({ unit: codePoint }),
    fc.webPath(),
    fc.constantFrom('/', '//', '/b/%zz', '/b/%ff', '/2013-04-01/hostedzone/x'),
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.constantFrom('json', 'cbor', 'query', 'rest', 'header'),
      fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'BREW'),
      text,
      text,
      body,
      ({ facts, name }, dialect, method, path, query, bytes) => {
        const headers: Record<string, string> = {
          host: 'localhost',
          'x-amz-meta-': query,
          range: path,
          'if-modified-since': query,
          'x-amz-copy-source': path,
          'content-length': query,
        }
        if (dialect === 'json') headers['x-amz-target'] = `${facts.target}.${name}`
        if (dialect === 'cbor') headers['smithy-protocol'] = 'rpc-v2-cbor'
        if (dialect === 'query') headers['content-type'] = 'application/x-www-form-urlencoded'
        const cborPath = `/service/${facts.target}/operation/${name}`
        const action = `Action=${name}&Version=${facts.version}&`
        try {
          decode({
            method: ['json', 'cbor', 'query'].includes(dialect) ? 'POST' : method,
            path: dialect === 'cbor' ? cborPath : path,
            query: dialect === 'query' ? '' : query,
            headers,
            body: dialect === 'query' ? Buffer.concat([Buffer.from(action), bytes]) : bytes,
          })
        } catch (error) {
          assert.ok(error instanceof ServiceError, String((error as Error).stack))
        }
      },
    ),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 3_000) },
  )
})

test('errors have the body that each protocol gives them', () => {
  const error = { code: 'AccessDenied', message: 'no <way>', status: 403 }
  const body = (...args: Parameters<typeof encodeError>) => String(encodeError(...args).body)
  const context = { requestId: 'id-1' }
  assert.equal(
    body('awsQuery', error, { ...context, facts: services.iam!.facts }),
    '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no &lt;way&gt;</Message></Error><RequestId>id-1</RequestId></ErrorResponse>',
  )
  assert.equal(
    body('ec2Query', error, context),
    '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>AccessDenied</Code><Message>no &lt;way&gt;</Message></Error></Errors><RequestID>id-1</RequestID></Response>',
  )
  assert.equal(body('awsJson1_1', error, context), '{"__type":"AccessDenied","message":"no <way>"}')
  assert.equal(body('restJson1', error, context), '{"message":"no <way>"}')
  assert.match(
    body('restXml', { ...error, members: { BucketName: 'b' } }, { ...context, resource: '/b' }),
    /<Error><Code>AccessDenied<\/Code><Message>no &lt;way&gt;<\/Message><BucketName>b<\/BucketName><Resource>\/b<\/Resource><RequestId>id-1<\/RequestId><HostId>/,
  )
  const head = encodeError('restXml', error, { ...context, head: true })
  assert.deepEqual([head.status, head.body], [403, ''])
})

test('clients of services that once spoke query learn the old code', () => {
  const { headers } = services.cloudwatch!.encodeError(
    'awsJson1_0',
    { code: 'ResourceNotFoundException', message: 'gone' },
    { requestId: 'id-1' },
  )
  assert.match(headers['x-amzn-query-error']!, /^ResourceNotFound\w*;Sender$/)
})
