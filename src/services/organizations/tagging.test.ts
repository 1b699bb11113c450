import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Founded, type Land, openLand } from '../../../test/organization.ts'

let land: Land
let org: Founded
before(async () => {
  land = await openLand()
  org = await land.found('720000000001')
})
after(() => land.close())

const blue = [{ Key: 'team', Value: 'blue' }]

test('roots, units, accounts and policies have tags', async () => {
  const policy = await org.policy('TAG_POLICY', { tags: { a: { tag_key: { '@@assign': 'a' } } } })
  for (const ResourceId of [org.root, await org.unit('tagged'), org.account, policy]) {
    const tags = async () => (await org('ListTagsForResource', { ResourceId })).Tags
    await org('TagResource', { ResourceId, Tags: [...blue, { Key: 'Team', Value: 'red' }] })
    assert.deepEqual(await tags(), [{ Key: 'Team', Value: 'red' }, ...blue])
    await org('UntagResource', { ResourceId, TagKeys: ['Team', 'never'] })
    assert.deepEqual(await tags(), blue)
  }
})

test('tags that are refused change nothing', async () => {
  const tagging = (Tags: object[]) => ({ ResourceId: org.account, Tags })
  const tags = async () => (await org('ListTagsForResource', { ResourceId: org.account })).Tags
  const before = await tags()
  await org.refuses(
    'TagResource',
    tagging([...blue, ...blue]),
    'InvalidInputException',
    'DUPLICATE_TAG_KEY',
  )
  await org.refuses(
    'TagResource',
    tagging([{ Key: 'aws:x', Value: '' }]),
    'InvalidInputException',
    'INVALID_SYSTEM_TAGS_PARAMETER',
  )
  await org.refuses(
    'TagResource',
    tagging(Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' }))),
    'ConstraintViolationException',
    'MAX_TAG_LIMIT_EXCEEDED',
  )
  assert.deepEqual(await tags(), before)
  for (const ResourceId of ['p-12345678', '720000000009', 'rp-12345678', 'rt-12345678', 'r-none'])
    for (const [operation, more] of [
      ['TagResource', { Tags: blue }],
      ['UntagResource', { TagKeys: ['team'] }],
      ['ListTagsForResource', {}],
    ] as const)
      await org.refuses(operation, { ResourceId, ...more }, 'TargetNotFoundException')
})
