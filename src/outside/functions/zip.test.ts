import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zipOf } from '../../../test/zip.ts'
import { BadArchive, largestUnzipped, readZip } from './zip.ts'

test('files, folders and links are read as they were packed', () => {
  const entries = readZip(
    zipOf({
      'a/': '',
      'a/b.txt': 'text',
      run: { content: '#!/bin/sh', mode: 0o100755 },
      link: { content: 'a/b.txt', mode: 0o120777 },
    }),
  )
  assert.deepEqual(
    entries.map(({ path, kind, mode }) => [path, kind, mode]),
    [
      ['a', 'folder', 0o644],
      ['a/b.txt', 'file', 0o644],
      ['run', 'file', 0o755],
      ['link', 'link', 0o777],
    ],
  )
  assert.equal(entries[1]!.read().toString(), 'text')
})

test('what is no archive, or would leave its folder, or is larger than it says, is refused', () => {
  const refused = (bytes: Uint8Array, text: RegExp, read = false) =>
    assert.throws(
      () => {
        const entries = readZip(bytes)
        if (read) for (const entry of entries) entry.read()
      },
      (error: Error) => error instanceof BadArchive && text.test(error.message),
    )
  refused(Buffer.from('no archive'), /no zip archive/)
  refused(Buffer.alloc(0), /no zip archive/)
  for (const name of ['../a', 'a/../../b', '/etc/passwd', 'a\\b', 'a\0b'])
    refused(zipOf({ [name]: 'x' }), /elsewhere/)
  refused(zipOf({ 'a/': '' }), /empty/)
  refused(zipOf({ a: 'x', './a': 'y' }), /twice/)
  refused(zipOf({ device: { content: '', mode: 0o020666 } }), /neither/)
  const bomb = { content: 'x'.repeat(100_000), claimedSize: 10 }
  refused(zipOf({ bomb }), /broken/, true)
  const huge = { content: 'x', claimedSize: largestUnzipped + 1 }
  refused(zipOf({ huge }), /more than/)
  const whole = zipOf({ 'index.mjs': 'export const handler = 1' })
  for (let i = 0; i < whole.length; i++) {
    const bytes = Buffer.from(whole)
    bytes[i]! ^= 0xff
    try {
      for (const entry of readZip(bytes)) entry.read()
    } catch (error) {
      assert.ok(error instanceof BadArchive, `byte ${i}: ${error}`)
    }
  }
})
