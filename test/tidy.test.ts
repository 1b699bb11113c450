import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'

/** Rules that no linter knows. Each names what to use instead. */

const root = new URL('../', import.meta.url)
const files = readdirSync(new URL('src/', root), { recursive: true })
  .map(String)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(new URL(`src/${name}`, root), 'utf8') }))

const isTest = (name: string) => /\.test(-support)?\.ts$|^storage\/conformance/.test(name)

interface Rule {
  readonly bans: RegExp
  readonly instead: string
  /** Files that may, because they are what the others use instead. */
  readonly but: RegExp
  readonly within?: RegExp
}

const rules: readonly Rule[] = [
  {
    bans: /\bnew Date\(\)|\bDate\.now\(\)/,
    instead: 'ctx.now(), or the clock of the house',
    but: /^kernel\/clock|^storage\/|^outside\/|^cli\/|^gateway\/steps\/(authenticate|record|throttle)|^gateway\/administration\/administer|^gateway\/(pages|page-signer)\.ts/,
  },
  {
    bans: /\bprocess\.env\b/,
    instead: 'config.ts, the only reader of the environment',
    but: /^config\.ts/,
  },
  {
    bans: /\bMath\.random\(\)/,
    instead: 'ctx.random',
    but: /^storage\/log\.ts|^storage\/postgres\//,
  },
  {
    bans: /\bconsole\.(log|error|warn)\b/,
    instead: 'ctx.log, or the terminal of a command',
    but: /^$/,
  },
  {
    bans: /\brandomUUID\(|\brandomBytes\(/,
    instead: 'ctx.random',
    but: /^kernel\/random|^storage\//,
  },
  {
    bans: /\bnew RegExp\(/,
    instead: 'matching without backtracking: patterns of callers never become regular expressions',
    but: /^wire\/(validate\/|xml\/text)|^cli\/|^access\/naive-oracle/,
  },
  { bans: /\beval\(|\bnew Function\(/, instead: 'closures', but: /^$/ },
  { bans: /\bFIXME\b|\bXXX\b|\bHACK\b/, instead: 'an issue', but: /^$/ },
]

for (const { bans, instead, but } of rules)
  test(`no ${bans.source}: use ${instead}`, () => {
    const found = files.flatMap(({ name, text }) => {
      if (isTest(name) || but.test(name)) return []
      return text
        .split('\n')
        .flatMap((line, i) =>
          bans.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line) ? [`src/${name}:${i + 1}`] : [],
        )
    })
    assert.deepEqual(found, [], `use ${instead}`)
  })

test('names say what is in a file: none is called utils, helpers, models, types or common', () => {
  const odd = files.filter(({ name }) => {
    const index = /(^|\/)index\.ts$/.test(name) && name !== 'services/index.ts'
    return index || /(^|\/)(utils?|helpers?|models?|types|common|misc)(\.ts|\/)/.test(name)
  })
  assert.deepEqual(
    odd.map(({ name }) => name),
    [],
  )
})

test('files stay small: half of them under 100 lines, 95 % under 400, none over 500', () => {
  const lengths = files.map(({ text }) => text.split('\n').length).sort((a, b) => a - b)
  const at = (share: number) => lengths[Math.floor(lengths.length * share)]!
  assert.ok(at(0.5) < 100, `the median is ${at(0.5)} lines`)
  assert.ok(at(0.95) < 400, `the 95th percentile is ${at(0.95)} lines`)
  const long = files.filter(({ text }) => text.split('\n').length > 500)
  assert.deepEqual(
    long.map(({ name }) => name),
    [],
  )
})

test('docs/operations.md is what the services say', async () => {
  const { operationsText } = await import('../tools/operations.ts')
  const written = readFileSync(new URL('docs/operations.md', root), 'utf8')
  assert.equal(written, await operationsText(), 'run "npm run docs"')
})

test('every service folder introduces itself', () => {
  const folders = readdirSync(new URL('src/services/', root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
  const silent = folders.filter((name) => {
    const inside = readdirSync(new URL(`src/services/${name}/`, root))
    return inside.includes('service.ts') && !inside.includes('README.md')
  })
  assert.deepEqual(silent, [])
})
