import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../../test/temporary-folder.ts'
import { BloomFilter, sha1 } from './bloom-filter.ts'
import { isCommon } from './common-passwords.ts'
import { readIpTable } from './ip-table.ts'

const file = (name: string, text: string): string => {
  const path = join(temporaryFolder('knowledge'), name)
  writeFileSync(path, text)
  return path
}

test('a filter misses nothing, and is wrong about few', () => {
  const filter = new BloomFilter(20_000)
  for (let i = 0; i < 20_000; i++) filter.add(sha1(`in ${i}`))
  let wrong = 0
  for (let i = 0; i < 20_000; i++) {
    assert.ok(filter.has(sha1(`in ${i}`)))
    if (filter.has(sha1(`out ${i}`))) wrong++
  }
  assert.ok(wrong < 20, `${wrong} of 20,000`)
})

test('what people type first is common, and what they think up is not', () => {
  for (const password of [
    'password',
    'Password1',
    'P@ssw0rd!',
    'Passw0rd123',
    'qwerty123',
    'Welcome2024!',
    'Summer2026',
    'Admin@123',
    'iloveyou2',
    '123456',
    '1q2w3e4r',
    'Liverpool1',
    'letmein',
    '111111',
    'aA123456'.slice(1),
  ])
    assert.ok(isCommon(password), password)
  for (const password of [
    'Permanent-1',
    'correct horse battery staple',
    'x9!Kq2#vLm',
    'Passwordless-Wallpaper-88',
    'zaphod42beeblebrox',
    '',
  ])
    assert.ok(!isCommon(password), password)
})

test('addresses are found in the networks of a table, in whatever order it has them', () => {
  const rows = [
    'network,country,city,latitude,longitude',
    '203.0.113.0/24,Japan,"Chiyoda, ""Tokyo""",35.68,139.69',
    '198.51.100.0/25,Germany,,50.1,8.7',
    '2001:db8:2::/48,France,Paris,48.86,2.35',
    '2001:db8::/47,Spain,Madrid,40.4,-3.7',
    '192.0.2.7/32,Norway,,,',
  ]
  const { of } = readIpTable(file('places.csv', `${rows.join('\r\n')}\r\n`))
  assert.equal(of('203.0.113.255')?.city, 'Chiyoda, "Tokyo"')
  assert.equal(of('198.51.100.127')?.country, 'Germany')
  assert.equal(of('198.51.100.128'), undefined)
  assert.equal(of('203.0.114.0'), undefined)
  assert.equal(of('0.0.0.0'), undefined)
  assert.equal(of('2001:db8:2:ffff::1')?.city, 'Paris')
  assert.equal(of('2001:db8:1::1')?.city, 'Madrid')
  assert.equal(of('2001:db8:3::1'), undefined)
  assert.equal(of('::ffff:192.0.2.7')?.country, 'Norway')
  assert.equal(of('nowhere'), undefined)
  assert.equal(readIpTable(undefined).of('192.0.2.7'), undefined)
})

test('a table that is none is refused with its line', () => {
  for (const line of ['here,Japan,,,', '192.0.2.0/x,Japan,,,', '192.0.2.0/24,Japan,,north,'])
    assert.throws(
      () => readIpTable(file('broken.csv', `192.0.2.0/24,Japan,,,\n${line}\n`)),
      /line 2/,
    )
})
