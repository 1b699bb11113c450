import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isManagementPolicy, mergePolicies } from './management-policies.ts'

/** The examples of the Organizations User Guide: Inheritance examples. */

const tag = (name: string, setting: object) => JSON.stringify({ tags: { [name]: setting } })
const merged = (...levels: string[][]) => mergePolicies(levels) as { tags: Record<string, object> }

const a = tag('costcenter', {
  tag_key: { '@@assign': 'CostCenter' },
  tag_value: { '@@assign': ['Development', 'Support'] },
})

test('a child overwrites values', () => {
  const b = tag('costcenter', {
    tag_key: { '@@assign': 'CostCenter' },
    tag_value: { '@@assign': ['Sandbox'] },
    enforced_for: { '@@assign': ['redshift:*', 'dynamodb:table'] },
  })
  assert.deepEqual(merged([a], [b]).tags.costcenter, {
    tag_key: 'CostCenter',
    tag_value: ['Sandbox'],
    enforced_for: ['redshift:*', 'dynamodb:table'],
  })
})

const c = tag('costcenter', {
  tag_key: { '@@assign': 'CostCenter' },
  tag_value: { '@@append': ['Marketing'] },
  enforced_for: { '@@append': ['redshift:*', 'dynamodb:table'] },
})

test('a child appends, and one below it removes again', () => {
  assert.deepEqual(merged([a], [c]).tags.costcenter, {
    tag_key: 'CostCenter',
    tag_value: ['Development', 'Support', 'Marketing'],
    enforced_for: ['redshift:*', 'dynamodb:table'],
  })
  const d = tag('costcenter', {
    tag_value: { '@@remove': ['Development', 'Marketing'] },
    enforced_for: { '@@remove': ['redshift:*', 'dynamodb:table'] },
  })
  assert.deepEqual(merged([a], [c], [d]).tags.costcenter, {
    tag_key: 'CostCenter',
    tag_value: ['Support'],
  })
})

const control = '@@operators_allowed_for_child_policies'

test('a parent says which operators its children may use', () => {
  const e = tag('project', {
    tag_key: { [control]: ['@@none'], '@@assign': 'Project' },
    tag_value: { [control]: ['@@append'], '@@assign': ['Maintenance', 'Escalations'] },
  })
  const f = tag('project', {
    tag_key: { '@@assign': 'PROJECT' },
    tag_value: { '@@append': ['Escalations - research'] },
  })
  assert.deepEqual(merged([e], [f]).tags.project, {
    tag_key: 'Project',
    tag_value: ['Maintenance', 'Escalations', 'Escalations - research'],
  })
  const removing = tag('project', { tag_value: { '@@remove': ['Maintenance'] } })
  assert.deepEqual(merged([e], [removing]), merged([e]))
})

test('of several controls on one level, all hold, and no child takes them back', () => {
  const g = tag('project', { tag_value: { [control]: ['@@append'], '@@assign': ['Maintenance'] } })
  const h = tag('project', { tag_value: { [control]: ['@@append', '@@remove'] } })
  const back = tag('project', { tag_value: { [control]: ['@@all'], '@@append': ['More'] } })
  const remove = tag('project', { tag_value: { '@@remove': ['Maintenance'] } })
  assert.deepEqual(merged([g, h], [back], [remove]).tags.project, {
    tag_value: ['Maintenance', 'More'],
  })
})

test('of several assignments on one level, the one that was attached first holds', () => {
  const j = tag('project', {
    tag_key: { '@@assign': 'PROJECT' },
    tag_value: { '@@append': ['Maintenance'] },
  })
  const k = tag('project', { tag_key: { '@@assign': 'project' } })
  assert.deepEqual(merged([j, k]).tags.project, {
    tag_key: 'PROJECT',
    tag_value: ['Maintenance'],
  })
  assert.equal((merged([k, j]).tags.project as { tag_key: string }).tag_key, 'project')
})

test('what is new below a closed setting stays out, on every level', () => {
  const services = (more: object) => JSON.stringify({ services: more })
  const closed = services({
    [control]: ['@@none'],
    default: { opt_out_policy: { [control]: ['@@none'], '@@assign': 'optOut' } },
  })
  const open = services({
    default: { opt_out_policy: { '@@assign': 'optIn' } },
    rekognition: { opt_out_policy: { '@@assign': 'optIn' } },
  })
  const effective = { services: { default: { opt_out_policy: 'optOut' } } }
  assert.deepEqual(mergePolicies([[closed], [open]]), effective)
  assert.deepEqual(mergePolicies([[closed], [open], [open]]), effective)
})

test('nothing attached, or nothing said, is no policy', () => {
  assert.equal(mergePolicies([]), undefined)
  assert.equal(mergePolicies([[], ['{"tags":{}}']]), undefined)
})

test('what is no management policy', () => {
  assert.ok(isManagementPolicy(a, 'tags'))
  assert.ok(isManagementPolicy('{"s3_attributes":{"p":{"@@assign":"all"}}}', 's3_attributes'))
  const nested = `{"tags":${'{"x":'.repeat(40)}1${'}'.repeat(41)}`
  for (const text of [
    '',
    '[]',
    '{}',
    '{"tags":[]}',
    '{"plans":{}}',
    '{"tags":{},"more":{}}',
    tag('x', { tag_key: { '@@assignn': 'y' } }),
    tag('x', { tag_key: { '@@assign': { a: 1 } } }),
    tag('x', { tag_value: { '@@append': 'y' } }),
    tag('x', { [control]: ['@@some'] }),
    tag('x', { [control]: '@@all' }),
    nested,
  ])
    assert.equal(isManagementPolicy(text, 'tags'), false, text)
})

test('merging any policies neither throws nor leaves an operator behind', () => {
  const leaf = fc.oneof(
    fc.record({ '@@assign': fc.oneof(fc.string(), fc.array(fc.string())) }),
    fc.record({ '@@append': fc.array(fc.string()) }),
    fc.record({ '@@remove': fc.array(fc.string()) }),
    fc.record({ [control]: fc.subarray(['@@all', '@@none', '@@assign'], { minLength: 1 }) }),
  )
  const key = fc.constantFrom('a', 'b', '__proto__', 'constructor')
  const policy = fc
    .dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf)))
    .map((tags) => JSON.stringify({ tags }))
  fc.assert(
    fc.property(fc.array(fc.array(policy, { maxLength: 3 }), { maxLength: 4 }), (levels) => {
      for (const document of levels.flat()) assert.ok(isManagementPolicy(document, 'tags'))
      assert.doesNotMatch(JSON.stringify(mergePolicies(levels) ?? {}), /"@@[a-z_]+":/)
    }),
  )
})
