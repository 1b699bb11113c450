import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { KMSClient, ListKeysCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms'
import { type Installation, install, type Keys } from '../installation.ts'
import { call } from '../raw-calls.ts'
import { document } from './authorization-rows.ts'
import { kmsRows } from './authorization-rows-kms.ts'
import { type Home, openAccountOf, permit } from './authorization-world.ts'

/**
 * What the owner of a key can give to another account: what the API reference says of each
 * operation under "Cross-account use", as the official client quotes it.
 */

let house: Installation
before(async () => {
  house = await install()
})
after(() => house.close())

const everything = { Effect: 'Allow', Action: '*', Resource: '*' }

function documented(operation: string): string {
  const file = `@aws-sdk/client-kms/dist-types/commands/${operation}Command.d.ts`
  const text = readFileSync(new URL(`../../node_modules/${file}`, import.meta.url), 'utf8')
  const [, sentence] = /Cross-account use<\/b>[:\s]*([^<]+?)\s*[.<]/.exec(text)!
  return sentence!
}

/** A client of whoever has these keys. */
const clientOf = (credentials: Keys) =>
  new KMSClient({ endpoint: house.url, region: 'us-east-1', credentials, maxAttempts: 1 })

/** Lets everybody do everything with every key of the account. */
async function openKeys(home: Home): Promise<void> {
  await permit(home, everything)
  const client = clientOf(home.tester)
  const { Keys: found = [] } = await client.send(new ListKeysCommand({}))
  const Policy = document(
    { ...everything, Principal: { AWS: `arn:aws:iam::${home.account}:root` } },
    { ...everything, Principal: { AWS: '*' }, Action: 'kms:*' },
  )
  for (const { KeyId } of found) await client.send(new PutKeyPolicyCommand({ KeyId, Policy }))
  client.destroy()
}

/** Operations that name a key of their own; the rest is about stores, aliases and lists. */
const named = [...kmsRows].filter(
  ([name]) =>
    !/CustomKeyStore|^List(Keys|Aliases|Retirable)|^CreateKey$|Random|DeleteAlias/.test(name),
)

for (const [name, make] of named) {
  const may = documented(name) !== 'No'
  test(`${name}: a key policy ${may ? 'lets' : 'cannot let'} another account`, async () => {
    const home = await openAccountOf(house, false)
    const { input, decides } = await make(home)
    await openKeys(home)
    const abroad = await openAccountOf(house, false)
    await permit(abroad, everything)
    const spelled = ofAccount(input, decides)
    const answer = await call(house.app.house, abroad.tester, 'kms', name, spelled)
    if (may) assert.equal(answer.status, 200, answer.text)
    else assert.equal(answer.code, 'AccessDeniedException', answer.text)
    if (!may) assert.match(answer.message, /no resource-based policy allows the kms:\w+ action/)
    // What is refused to others is not refused to its owner.
    if (!may) {
      const own = await call(house.app.house, home.tester, 'kms', name, spelled)
      assert.equal(own.status, 200, own.text)
    }
  })
}

/** The input with every key by its ARN, as another account must name it. */
function ofAccount(input: Readonly<Record<string, unknown>>, decides: Row['decides']): object {
  const arns = decides.map(([, arn]) => arn)
  return Object.fromEntries(
    Object.entries(input).map(([member, value]) => {
      const arn = arns.find((one) => one.endsWith(`:key/${String(value)}`))
      return [member, arn ?? value]
    }),
  )
}

type Row = Awaited<ReturnType<(typeof named)[number][1]>>

test('the client quotes the reference for every operation', () => {
  assert.ok(named.length > 40)
  const said = new Set(named.map(([name]) => documented(name)))
  assert.deepEqual(said, new Set(['Yes', 'No']))
})
