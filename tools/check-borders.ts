/** Checks the borders between the floors, and that the checker has really read our modules. */
import { readdirSync } from 'node:fs'
import { cruise, type ICruiseResult } from 'dependency-cruiser'
import { borders } from './borders.ts'

const { options, ...ruleSet } = borders
const result = await cruise(['src'], {
  ...options,
  ruleSet,
  validate: true,
  outputType: 'json',
} as Parameters<typeof cruise>[1])
const output: ICruiseResult =
  typeof result.output === 'string' ? JSON.parse(result.output) : result.output

const ours = output.modules.filter(({ source }) => source.startsWith('src/'))
const files = readdirSync('src', { recursive: true }).filter((name) => String(name).endsWith('.ts'))
const arrows = ours.reduce((sum, { dependencies }) => sum + dependencies.length, 0)

for (const { rule, from, to } of output.summary.violations)
  console.error(`${rule.name}: ${from} -> ${to}`)
if (ours.length < files.length || arrows < files.length) {
  console.error(`only ${ours.length} of ${files.length} modules were read, ${arrows} arrows`)
  process.exitCode = 1
}
if (output.summary.error > 0) process.exitCode = 1
console.log(`borders: ${ours.length} modules, ${arrows} arrows, ${output.summary.error} errors`)
