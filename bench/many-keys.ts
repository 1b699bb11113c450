/** Whether a call is slower in an account that has many keys. */
import { openInProcess, requestOf } from './in-process.ts'
import { signedJson } from './signed-request.ts'

const many = Number(process.argv[2] ?? 100_000)
const { admin, answer, each, cost, close } = await openInProcess()
const trent = (operation: string, input: object) =>
  requestOf(signedJson('kms', `TrentService.${operation}`, input, admin, 4566))
const creation = trent('CreateKey', {})
const keys: string[] = []
const make = async () => {
  const { KeyMetadata } = (await answer(creation)) as { KeyMetadata: { KeyId: string } }
  keys.push(KeyMetadata.KeyId)
}
const Plaintext = Buffer.alloc(1_024, 7).toString('base64')
const encryptionWith = (KeyId: string) => trent('Encrypt', { KeyId, Plaintext })
const report = async (what: string): Promise<void> => {
  const hot = keys.slice(0, 100).map(encryptionWith)
  const random = Array.from({ length: 20_000 }, () =>
    encryptionWith(keys[Math.floor(Math.random() * keys.length)]!),
  )
  const page = [trent('ListKeys', { Limit: 100 })]
  await cost(hot)
  const costs = [await cost(hot), await cost(random), await cost([creation], undefined, 2_000)]
  costs.push(await cost(page, undefined, 2_000))
  console.log(`| ${what} | ${costs.map((each) => each.toFixed(0)).join(' | ')} |`)
}

console.log('| keys in the account | Encrypt, 100 keys | Encrypt, any key | CreateKey | ListKeys |')
console.log('|--:|--:|--:|--:|--:|')
await each(100, make)
await report('100')
await each(many - 100, make)
await report(String(many))
await close()
