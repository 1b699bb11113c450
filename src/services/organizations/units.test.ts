import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Founded, type Land, openLand } from '../../../test/organization.ts'

let land: Land
let org: Founded
before(async () => {
  land = await openLand()
  org = await land.found('200000000001')
})
after(() => land.close())

test('a unit is made, renamed, found in the tree and deleted', async () => {
  const id = await org.unit('made')
  assert.match(id, new RegExp(`^ou-${org.root.slice(2)}-[a-z0-9]{8}$`))
  const { OrganizationalUnit } = await org('UpdateOrganizationalUnit', {
    OrganizationalUnitId: id,
    Name: 'renamed',
  })
  assert.deepEqual(OrganizationalUnit, {
    Id: id,
    Arn: `arn:aws:organizations::200000000001:ou/${org.id}/${id}`,
    Name: 'renamed',
    Path: `${org.id}/${org.root}/${id}/`,
  })
  assert.deepEqual(
    (await org('DescribeOrganizationalUnit', { OrganizationalUnitId: id })).OrganizationalUnit,
    OrganizationalUnit,
  )
  assert.deepEqual((await org('ListParents', { ChildId: id })).Parents, [
    { Id: org.root, Type: 'ROOT' },
  ])
  const children = { ParentId: org.root, ChildType: 'ORGANIZATIONAL_UNIT' }
  assert.deepEqual((await org('ListChildren', children)).Children, [
    { Id: id, Type: 'ORGANIZATIONAL_UNIT' },
  ])
  await org('DeleteOrganizationalUnit', { OrganizationalUnitId: id })
  for (const operation of ['Describe', 'Update', 'Delete'])
    await org.refuses(
      `${operation}OrganizationalUnit`,
      { OrganizationalUnitId: id },
      'OrganizationalUnitNotFoundException',
    )
  await org.refuses('ListParents', { ChildId: id }, 'ChildNotFoundException')
})

test('names are unique below one parent, also when renamed', async () => {
  const a = await org.unit('twin')
  await org.refuses(
    'CreateOrganizationalUnit',
    { ParentId: org.root, Name: 'twin' },
    'DuplicateOrganizationalUnitException',
  )
  const other = await org.unit('other')
  await org.refuses(
    'UpdateOrganizationalUnit',
    { OrganizationalUnitId: other, Name: 'twin' },
    'DuplicateOrganizationalUnitException',
  )
  await org.unit('twin', a)
})

test('five levels are the deepest, and parents must exist', async () => {
  let parent = org.root
  for (let level = 1; level <= 5; level++) parent = await org.unit(`level ${level}`, parent)
  await org.refuses(
    'CreateOrganizationalUnit',
    { ParentId: parent, Name: 'level 6' },
    'ConstraintViolationException',
    'OU_DEPTH_LIMIT_EXCEEDED',
  )
  for (const ParentId of ['r-none', `${parent.slice(0, -8)}abcd1234`]) {
    await org.refuses(
      'CreateOrganizationalUnit',
      { ParentId, Name: 'x' },
      'ParentNotFoundException',
    )
    await org.refuses('ListAccountsForParent', { ParentId }, 'ParentNotFoundException')
    await org.refuses('ListOrganizationalUnitsForParent', { ParentId }, 'ParentNotFoundException')
    await org.refuses('ListChildren', { ParentId, ChildType: 'ACCOUNT' }, 'ParentNotFoundException')
  }
})

test('only an empty unit is deleted', async () => {
  const outer = await org.unit('outer')
  const inner = await org.unit('inner', outer)
  const deleting = (id: string) =>
    ['DeleteOrganizationalUnit', { OrganizationalUnitId: id }] as const
  await org.refuses(...deleting(outer), 'OrganizationalUnitNotEmptyException')
  await org.admit('200000000002')
  const member = { AccountId: '200000000002' }
  await org('MoveAccount', { ...member, SourceParentId: org.root, DestinationParentId: inner })
  await org.refuses(...deleting(inner), 'OrganizationalUnitNotEmptyException')
  await org('MoveAccount', { ...member, SourceParentId: inner, DestinationParentId: org.root })
  await org(...deleting(inner))
  await org(...deleting(outer))
})

test('units are listed in pages, and a token serves its own list only', async () => {
  const parent = await org.unit('many')
  const made = new Set<string>()
  for (let i = 0; i < 5; i++) made.add(await org.unit(`unit ${i}`, parent))
  const list = (more: object) =>
    org('ListOrganizationalUnitsForParent', { ParentId: parent, MaxResults: 2, ...more })
  const seen = new Set<string>()
  let NextToken: string | undefined
  do {
    const page = await list({ NextToken })
    assert.ok(page.OrganizationalUnits.length <= 2)
    for (const { Id } of page.OrganizationalUnits) seen.add(Id)
    NextToken = page.NextToken
    if (NextToken !== undefined)
      await org.refuses(
        'ListOrganizationalUnitsForParent',
        { ParentId: org.root, NextToken },
        'InvalidInputException',
        'INVALID_NEXT_TOKEN',
      )
  } while (NextToken !== undefined)
  assert.deepEqual(seen, made)
})
