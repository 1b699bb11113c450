import assert from 'node:assert/strict'
import { test } from 'node:test'
import { en } from './languages/en.ts'
import { filled, languageOf, languages } from './languages.ts'

const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted()

test('every language says everything, with the same blanks', () => {
  assert.equal(Object.keys(languages).length, 12)
  for (const [language, texts] of Object.entries(languages)) {
    assert.deepEqual(Object.keys(texts).toSorted(), Object.keys(en).toSorted(), language)
    for (const [name, text] of Object.entries(texts)) {
      assert.notEqual(text, '', `${language} ${name}`)
      // Why a password is refused is told in English alone.
      if (name !== 'weakPassword')
        assert.deepEqual(blanks(text), blanks(en[name as keyof typeof en]), `${language} ${name}`)
    }
  }
})

test('a language that nobody has translated is English', () => {
  assert.equal(languageOf(null, undefined, 'ja'), 'ja')
  assert.equal(languageOf('xx', 'de'), 'de')
  assert.equal(languageOf('constructor', undefined), 'en')
})

test('blanks are filled with values as they are', () => {
  assert.equal(filled('{a} and {b} and {c}', { a: '$&', b: 2 }), '$& and 2 and {c}')
})
