/** CPU of each step of a signed GetCallerIdentity and of an Encrypt: the journey is walked a step further each time. */
import { openInProcess, requestOf, steps } from './in-process.ts'
import { signedJson, signedQuery } from './signed-request.ts'

const { admin, answer, cost, close } = await openInProcess()
const trent = (operation: string, input: object) =>
  requestOf(signedJson('kms', `TrentService.${operation}`, input, admin, 4566))
const made = (await answer(trent('CreateKey', {}))) as { KeyMetadata: { KeyId: string } }
const { KeyId } = made.KeyMetadata
const Plaintext = Buffer.alloc(1_024, 7).toString('base64')
const EncryptionContext = { purpose: 'bench' }
const measured = {
  GetCallerIdentity: requestOf(signedQuery('sts', { Action: 'GetCallerIdentity' }, admin, 4566)),
  'Encrypt 1 KB': trent('Encrypt', { KeyId, Plaintext, EncryptionContext }),
}
for (const [name, request] of Object.entries(measured)) {
  await cost([request])
  console.log(`| step of ${name} | CPU µs |\n|---|--:|`)
  let sum = await cost([request], [])
  console.log(`| (exchange and walk) | ${sum.toFixed(1)} |`)
  for (const [i, step] of Object.keys(steps).entries()) {
    const up = await cost([request], Object.values(steps).slice(0, i + 1))
    console.log(`| ${step} | ${Math.max(0, up - sum).toFixed(1)} |`)
    sum = up
  }
  console.log(`| all | ${sum.toFixed(1)} |\n`)
}
await close()
