/** `npm run new:service <aws-cli-name>`: lays out the folder of a service that answers nothing yet. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const [name, client = name] = process.argv.slice(2)
if (name === undefined || !/^[a-z][a-z0-9-]*$/.test(name)) {
  console.error('usage: npm run new:service <aws-cli-name> [<name in @aws-sdk/client-*>]')
  process.exit(2)
}
const folder = `src/services/${name}`
if (existsSync(folder) && existsSync(`${folder}/service.ts`)) {
  console.error(`${folder} is there already`)
  process.exit(1)
}
try {
  createRequire(import.meta.url).resolve(`@aws-sdk/client-${client}`)
} catch {
  console.error(`@aws-sdk/client-${client} is not installed: npm install @aws-sdk/client-${client}`)
  process.exit(1)
}

mkdirSync(folder, { recursive: true })
writeFileSync(
  `${folder}/contract.ts`,
  `import type * as Client from '@aws-sdk/client-${client}'
import { errorsOf } from '../../kernel/errors.ts'
import { operationsOf } from '../../kernel/service.ts'

export type C = typeof Client

/** \`operation(name, { access, handle })\`, typed by the official client. */
export const operation = operationsOf<C>()

/** \`fail(code, message)\`; add codes that AWS sends and the model omits, with their status. */
export const fail = errorsOf<C>()({})
`,
)
writeFileSync(
  `${folder}/service.ts`,
  `import { defineService } from '../../kernel/service.ts'
import type { C } from './contract.ts'

/** Say here what the service is, and which API version. */
export const service = defineService<C>()({
  name: '${name}',
  contract: () => import('@aws-sdk/client-${client}'),
  operations: {},
  notYet: { others: 'nothing of this service is built yet' },
})
`,
)
writeFileSync(
  `${folder}/README.md`,
  `# ${name}\n\nWhat is real, and what differs from AWS.\n\n- Nothing is built yet.\n`,
)
const index = 'src/services/index.ts'
const text = readFileSync(index, 'utf8')
const line = `  {
    name: '${name}',
    signingName: '${name}',
    load: async () => (await import('./${name}/service.ts')).service,
    constraints: () => import('./${name}/constraints.json', { with: { type: 'json' } }),
  },
`
writeFileSync(index, text.replace(/\]\n$/, `${line}]\n`))
console.log(`${folder} is laid out. Next:
  1. in ${index}: signing name, target or version as the contract has them
  2. npm run constraints ${name}, then nouns as files, each with its test beside it
  3. npm run docs && npm run check`)
