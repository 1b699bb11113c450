import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as S3 from '@aws-sdk/client-s3'
import { readServiceFacts } from '../schema/facts.ts'
import { resolveOperation } from '../schema/resolve.ts'
import { compileRestTable } from './rest-table.ts'

const { operations } = readServiceFacts(S3)
const table = compileRestTable([...operations.values()].map(resolveOperation))
const find = (line: string, headers: Record<string, string> = {}) => {
  const [method = '', uri = ''] = line.split(' ')
  const [path = '', query = ''] = uri.split('?')
  return table({ method, path, query, headers, body: new Uint8Array() }, path)
}

test('finds S3 operations without the hints that only official clients send', () => {
  const cases: Readonly<Record<string, string>> = {
    'GET /': 'ListBuckets',
    'GET /bucket': 'ListObjects',
    'GET /bucket/': 'ListObjects',
    'GET /bucket?list-type=2&prefix=a': 'ListObjectsV2',
    'GET /bucket?list-type=1': 'ListObjects',
    'GET /bucket?acl': 'GetBucketAcl',
    'GET /bucket?acl=': 'GetBucketAcl',
    'GET /bucket?versions': 'ListObjectVersions',
    'GET /bucket?analytics': 'ListBucketAnalyticsConfigurations',
    'GET /bucket?analytics&id=1': 'GetBucketAnalyticsConfiguration',
    'GET /bucket/key': 'GetObject',
    'GET /bucket/a/b//c/': 'GetObject',
    'GET /bucket//key': 'GetObject',
    'GET /bucket//': 'GetObject',
    'GET /bucket/key?acl&versionId=1': 'GetObjectAcl',
    'GET /bucket/key?uploadId=1': 'ListParts',
    'HEAD /bucket': 'HeadBucket',
    'HEAD /bucket/key': 'HeadObject',
    'PUT /bucket': 'CreateBucket',
    'PUT /bucket/key': 'PutObject',
    'PUT /bucket/key?partNumber=1&uploadId=2': 'UploadPart',
    'DELETE /bucket/key': 'DeleteObject',
    'DELETE /bucket/key?uploadId=1': 'AbortMultipartUpload',
    'POST /bucket?delete': 'DeleteObjects',
    'POST /bucket/key?uploads': 'CreateMultipartUpload',
    'POST /bucket/key?uploadId=1': 'CompleteMultipartUpload',
  }
  for (const [line, name] of Object.entries(cases)) assert.equal(find(line), name, line)
  const copy = { 'x-amz-copy-source': 'a/b' }
  assert.equal(find('PUT /bucket/key', copy), 'CopyObject')
  assert.equal(find('PUT /bucket/key?partNumber=1&uploadId=2', copy), 'UploadPartCopy')
})

test('refuses what no operation has', () => {
  assert.throws(() => find('PATCH /bucket/key'), { name: 'MethodNotAllowed', status: 405 })
  assert.throws(() => find(`GET /bucket?${'a&'.repeat(2_000)}`), { name: 'InvalidRequest' })
})
