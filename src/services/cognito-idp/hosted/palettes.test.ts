import assert from 'node:assert/strict'
import { test } from 'node:test'
import { modeOf, variables } from './palettes.ts'

const settings = {
  categories: { global: { colorSchemeMode: 'DYNAMIC' } },
  components: {
    pageBackground: { lightMode: { color: 'aabbccff' }, darkMode: { color: '112233' } },
    primaryButton: { lightMode: { defaults: { backgroundColor: 'red;}body{display:none' } } },
    form: { borderRadius: 3 },
  },
}

test('the colours of a style become custom properties; what is no colour does not', () => {
  const css = variables(settings)
  const [light = '', dark = ''] = css.split('@media')
  assert.match(light, /--page:#aabbccff;/)
  assert.match(dark, /--page:#112233;/)
  assert.match(light, /--card-radius:3px;/)
  assert.doesNotMatch(css, /display:none/)
  assert.match(light, /--main:#[0-9a-f]{6};/)
})

test('a style may want one light only', () => {
  const dark = { categories: { global: { colorSchemeMode: 'DARK' } } }
  assert.deepEqual([modeOf(dark), modeOf({}), modeOf(undefined)], ['DARK', 'DYNAMIC', 'DYNAMIC'])
  assert.doesNotMatch(variables(dark), /@media/)
  assert.match(variables(dark), /color-scheme:dark/)
})
