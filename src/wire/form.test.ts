import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServiceError } from '../kernel/errors.ts'
import { formValue, parseForm } from './form.ts'

const refused = { name: 'MalformedQueryString' }

test('reads dotted keys into a tree', () => {
  const form = parseForm('Action=TagRole', 'Tags.member.1.Key=a%20b&Tags.member.1.Value=c+d&Flag')
  assert.equal(formValue(form, 'Action'), 'TagRole')
  assert.equal(formValue(form, 'Flag'), '')
  const tag = form.children!.get('Tags')!.children!.get('member')!.children!.get('1')!
  assert.equal(formValue(tag, 'Key'), 'a b')
  assert.equal(formValue(tag, 'Value'), 'c d')
})

test('refuses a key with two values, but not one said twice', () => {
  assert.throws(() => parseForm('A=1', 'A=2'), refused)
  assert.equal(formValue(parseForm('A=1&A=1'), 'A'), '1')
})

test('refuses broken escapes and text that is not UTF-8', () => {
  for (const text of ['A=%', 'A=%zz', 'A=%ff', '%c3=1'])
    assert.throws(() => parseForm(text), refused)
})

test('refuses what only an attacker sends', () => {
  assert.throws(() => parseForm('a.'.repeat(50)), refused)
  assert.throws(() => parseForm('a'.repeat(3_000)), refused)
  assert.throws(() => parseForm('a=1&'.repeat(30_000)), refused)
  const deep = Array.from({ length: 15_000 }, (_, i) => `${i}.b.c.d.e.f.g.h=1`).join('&')
  assert.throws(() => parseForm(deep), refused)
})

test('keys named like properties of objects are keys', () => {
  const form = parseForm('__proto__.x=1&constructor=2')
  assert.equal(formValue(form, 'constructor'), '2')
  assert.equal(formValue(form, 'toString'), undefined)
})

test('a megabyte of parameters is read in linear time', () => {
  const text = Array.from({ length: 15_000 }, (_, i) => `List.member.${i}.Name=${i}`).join('&')
  const start = performance.now()
  parseForm(text)
  assert.ok(performance.now() - start < 1_000)
})

test('every refusal is a ServiceError', () => {
  assert.throws(() => parseForm('A=%'), ServiceError)
})
