import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServiceEntry } from '../../kernel/directory.ts'
import type { HttpRequest } from '../../kernel/http.ts'
import { hostReader } from './host.ts'
import { createRouter } from './router.ts'

const entry = (name: string, facts: Partial<ServiceEntry> = {}): ServiceEntry => ({
  name,
  signingName: name,
  load: () => Promise.reject(new Error('not needed')),
  ...facts,
})
const router = createRouter([
  entry('sts', { version: '2011-06-15', target: 'AWSSecurityTokenServiceV20110615' }),
  entry('iam', { version: '2010-05-08' }),
  entry('kms', { target: 'TrentService' }),
  entry('cloudwatch', {
    signingName: 'monitoring',
    version: '2010-08-01',
    target: 'GraniteServiceVersion20100801',
  }),
  entry('s3'),
  entry('route53'),
])
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

function request(parts: Partial<Omit<HttpRequest, 'body'>> & { body?: string } = {}): HttpRequest {
  const { body = '', headers = {}, ...rest } = parts
  return {
    method: 'POST',
    path: '/',
    query: '',
    ...rest,
    headers: { host: 'localhost:4566', ...headers },
    body: Buffer.from(body),
  }
}
const routed = (parts: Parameters<typeof request>[0], scope?: string) => {
  const { entry, dialect, operation, path, region } = router.route(request(parts), scope)
  return { service: entry.name, dialect, operation, path, region }
}

test('JSON goes by its target', () => {
  const headers = {
    'x-amz-target': 'TrentService.Encrypt',
    'content-type': 'application/x-amz-json-1.1',
  }
  assert.partialDeepStrictEqual(routed({ headers }), {
    service: 'kms',
    dialect: 'awsJson1_1',
    operation: 'Encrypt',
  })
  for (const target of ['Nobody.Encrypt', 'Encrypt', '', '.', 'TrentService']) {
    assert.throws(() => routed({ headers: { ...headers, 'x-amz-target': target } }), {
      name: 'UnknownOperationException',
      status: 400,
    })
  }
})

test('CBOR goes by its path', () => {
  const headers = { 'smithy-protocol': 'rpc-v2-cbor' }
  const path = '/service/GraniteServiceVersion20100801/operation/PutMetricData'
  assert.partialDeepStrictEqual(routed({ headers, path }), {
    service: 'cloudwatch',
    dialect: 'rpcv2Cbor',
    operation: 'PutMetricData',
  })
  assert.throws(() => routed({ headers, path: '/' }), { name: 'UnknownOperationException' })
})

test('forms go by scope and version, and by version alone when unsigned', () => {
  const body = 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15'
  const expected = { service: 'sts', dialect: 'query', operation: 'AssumeRoleWithWebIdentity' }
  assert.partialDeepStrictEqual(routed({ headers: FORM, body }), expected)
  assert.partialDeepStrictEqual(routed({ headers: FORM, body }, 'sts'), expected)
  assert.partialDeepStrictEqual(routed({ method: 'GET', query: body }), expected)
  assert.throws(() => routed({ headers: FORM, body }, 'iam'), {
    name: 'InvalidAction',
    message: 'Could not find operation AssumeRoleWithWebIdentity for version 2011-06-15',
  })
  assert.throws(() => routed({ headers: FORM, body: 'Action=X' }, 'iam'), {
    message: 'Could not find operation X for version NO_VERSION_SPECIFIED',
  })
  assert.throws(() => routed({ headers: FORM, body: 'Version=2010-05-08' }, 'iam'), {
    name: 'MissingAction',
  })
})

test('a signed REST request is never read as a form', () => {
  const expected = { service: 's3', dialect: 'rest' }
  assert.partialDeepStrictEqual(
    routed({ headers: FORM, path: '/b/k', query: 'uploadId=1', body: '<Complete/>' }, 's3'),
    expected,
  )
  assert.partialDeepStrictEqual(
    routed({ method: 'GET', path: '/b/k', query: 'Action=x' }, 's3'),
    expected,
  )
  assert.equal(router.readsBody(request({ headers: FORM }), 's3'), false)
  assert.equal(router.readsBody(request({ headers: FORM }), 'iam'), true)
  assert.equal(router.readsBody(request({ headers: FORM })), true)
})

test('hosts name the service, the Region and the bucket', () => {
  const get = (host: string, path = '/key') => routed({ method: 'GET', path, headers: { host } })
  assert.partialDeepStrictEqual(get('my.bucket.s3.eu-west-1.localhost:4566'), {
    service: 's3',
    path: '/my.bucket/key',
    region: 'eu-west-1',
  })
  assert.partialDeepStrictEqual(get('s3.eu-west-1.localhost'), { service: 's3', path: '/key' })
  assert.partialDeepStrictEqual(get('s3.s3.localhost'), { path: '/s3/key', region: undefined })
  assert.partialDeepStrictEqual(get('bucket.S3.us-east-1.amazonaws.com'), { path: '/bucket/key' })
  assert.partialDeepStrictEqual(get('route53.localhost'), { service: 'route53' })
  assert.partialDeepStrictEqual(get('localhost:4566'), { service: 's3', path: '/key' })
  for (const host of [
    '127.0.0.1',
    'evil.example',
    'x'.repeat(1000),
    '',
    '.localhost',
    '....localhost',
  ]) {
    assert.equal(hostReader(new Set(['s3']))(host), undefined)
  }
})
