import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printable } from '../../../test/characters.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { parseXml } from './parse.ts'
import { escapeXml } from './text.ts'

const refused = { name: 'MalformedXML', status: 400 }

test('reads elements, attributes, text, comments and CDATA', () => {
  const root = parseXml(
    '\ufeff<?xml version="1.0"?>\n<!-- x --><a:Root xmlns:a="u" b=\'1\'>\n' +
      '<One>1 &lt; 2 &#x41;&#66;</One><Two/><One><![CDATA[<&>]]></One><!-- y --></a:Root>\n',
  )
  assert.equal(root.name, 'Root')
  assert.equal(root.attributes!.get('b'), '1')
  assert.deepEqual(
    root.children.map(({ name, text }) => [name, text]),
    [
      ['One', '1 < 2 AB'],
      ['Two', ''],
      ['One', '<&>'],
    ],
  )
})

test('refuses everything that is not plain XML', () => {
  const broken = [
    '',
    'text',
    '<a>',
    '</a>',
    '<a></b>',
    '<a/><b/>',
    '<a/>text',
    '<a b=1/>',
    '<a b="1" b="2"/>',
    '<a b="1"c="2"/>',
    '<a b="<"/>',
    '<a>&unknown;</a>',
    '<a>& </a>',
    '<a>&constructor;</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&#x110000;</a>',
    '<a>\u0001</a>',
    '<!DOCTYPE a><a/>',
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    '<a><?pi?></a>',
    '<a><!-- </a>',
    '<a><![CDATA[</a>',
    '<a / >',
    '< a/>',
    '<>',
  ]
  for (const text of broken) assert.throws(() => parseXml(text), refused, text)
})

test('refuses deep nesting without recursion', () => {
  assert.throws(() => parseXml('<a>'.repeat(100_000)), refused)
})

test('long text, many attributes and open comments cost linear time', () => {
  const start = performance.now()
  parseXml(`<a>${'x&amp;'.repeat(200_000)}</a>`)
  assert.throws(() => parseXml(`<a>${'<!--'.repeat(200_000)}`), refused)
  assert.throws(() => parseXml(`<a ${'b'.repeat(500_000)}`), refused)
  assert.throws(() => parseXml(`<a${' '.repeat(500_000)}`), refused)
  assert.throws(() => parseXml(`<a>${'&'.repeat(500_000)}</a>`), refused)
  assert.ok(performance.now() - start < 2_000)
})

test('any text either parses or is refused', () => {
  const alphabet = fc.constantFrom(
    '<',
    '>',
    '/',
    '&',
    ';',
    '"',
    "'",
    '=',
    '!',
    '-',
    '?',
    'a',
    ' ',
    '[',
    ']',
    '#',
    'x',
    '1',
  )
  const pieces = fc.array(
    fc.oneof(alphabet, fc.constantFrom('<a>', '</a>', '<!--', '-->', '<![CDATA[', ']]>', '&#x1;')),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(pieces, (parts) => {
      try {
        parseXml(parts.join(''))
      } catch (error) {
        assert.ok(error instanceof ServiceError)
      }
    }),
  )
})

test('escaped text comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: printable }), (text) => {
      assert.equal(parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`).text, text)
    }),
  )
})
