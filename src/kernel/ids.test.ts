import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessKeyId, accountOfAccessKey } from './ids.ts'
import { systemRandom } from './random.ts'

test('the published pair of key and account', () => {
  assert.equal(accountOfAccessKey('ASIAQNZGKIQY56JQ7WML'), '029608264753')
})

test('a key names its account, both ways', () => {
  for (const account of ['000000000000', '000000000001', '123456789012', '999999999999'])
    for (let i = 0; i < 50; i++)
      assert.equal(accountOfAccessKey(accessKeyId('AKIA', account, systemRandom)), account)
})

test('other texts name none', () => {
  for (const text of ['', 'AKIDEXAMPLE', 'AKIAIOSFODNN7EXAMPLE', 'akiaqnzgkiqy56jq7wml'])
    assert.equal(accountOfAccessKey(text), undefined)
})
