import assert from 'node:assert/strict'
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  X509Certificate,
} from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { nitroRoot } from '../../src/app/trust.ts'
import { bytes, kmsOf, type Loose, refusedAs } from '../../src/services/kms/calls.test-support.ts'
import {
  AttestationRefused,
  verifiedAttestation,
} from '../../src/services/kms/recipients/attestation.ts'
import { type Account, openAccount, policy } from '../account.ts'
import type { Keys } from '../installation.ts'
import {
  Authority,
  type Chain,
  type cbor,
  chainOf,
  documentOf,
  forCertificates,
  forSignatures,
  type Made,
  opened,
  register,
} from './attestation.ts'

let authority: Authority
let chain: Chain
let account: Account
let jo: Keys
before(async () => {
  authority = new Authority()
  chain = chainOf(authority)
  const roots = join(authority.folder, 'roots.pem')
  writeFileSync(roots, readFileSync(chain.bundle[0]!.certFile))
  account = await openAccount('--attestation-roots', roots, '--test-clock')
  jo = await account.user('jo', 'kms:*')
})
after(async () => {
  await account.close()
  authority.remove()
})
const kms = kmsOf(() => account)

const recipient = (made?: Made, of = chain) => ({
  KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256',
  AttestationDocument: documentOf(of, made),
})
const newKey = async (input: object = {}): Promise<string> =>
  (await kms('CreateKey', input)).KeyMetadata.KeyId

test('every answer is for the recipient only, and openssl opens it with its key', async () => {
  const KeyId = await newKey()
  const Recipient = recipient()
  const { CiphertextBlob } = await kms('Encrypt', { KeyId, Plaintext: bytes('secret') })
  const decrypted = await kms('Decrypt', { CiphertextBlob, Recipient })
  assert.equal(decrypted.Plaintext, undefined)
  assert.equal(opened(authority, decrypted.CiphertextForRecipient).toString(), 'secret')

  const made = await kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient })
  assert.equal(made.Plaintext, undefined)
  const { Plaintext } = await kms('Decrypt', { CiphertextBlob: made.CiphertextBlob })
  assert.deepEqual(opened(authority, made.CiphertextForRecipient), Buffer.from(Plaintext))

  const pair = await kms('GenerateDataKeyPair', { KeyId, KeyPairSpec: 'ECC_NIST_P256', Recipient })
  assert.equal(pair.PrivateKeyPlaintext, undefined)
  const der = opened(authority, pair.CiphertextForRecipient)
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  assert.deepEqual(key.export({ type: 'spki', format: 'der' }), Buffer.from(pair.PublicKey))

  const random = await kms('GenerateRandom', { NumberOfBytes: 1_024, Recipient })
  assert.equal(random.Plaintext, undefined)
  assert.equal(opened(authority, random.CiphertextForRecipient).length, 1_024)

  const agreeing = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'KEY_AGREEMENT' })
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const agreed = await kms('DeriveSharedSecret', {
    KeyId: agreeing,
    KeyAgreementAlgorithm: 'ECDH',
    PublicKey: other.publicKey.export({ type: 'spki', format: 'der' }),
    Recipient,
  })
  assert.equal(agreed.SharedSecret, undefined)
  const own = await kms('GetPublicKey', { KeyId: agreeing })
  const publicKey = createPublicKey({
    key: Buffer.from(own.PublicKey),
    format: 'der',
    type: 'spki',
  })
  const { privateKey } = other
  assert.deepEqual(
    opened(authority, agreed.CiphertextForRecipient),
    diffieHellman({ privateKey, publicKey }),
  )
})

const only = (Condition: object) =>
  policy(
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::000000000000:root' },
      NotAction: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: '*',
    },
    {
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::000000000000:user/jo' },
      Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
      Resource: '*',
      Condition,
    },
  )

const hex = (byte: number) => register(byte).toString('hex')

test('policies decide by what is attested, and by nothing that is not', async () => {
  const conditions = [
    { 'kms:RecipientAttestation:ImageSha384': hex(0xa0).toUpperCase() },
    { 'kms:RecipientAttestation:PCR0': hex(0xa0), 'kms:RecipientAttestation:PCR8': hex(0xa8) },
  ]
  const denied = refusedAs('AccessDeniedException')
  const tpm: Made = {
    change(contents) {
      contents.set('nitrotpm_pcrs', contents.get('pcrs')!)
      contents.delete('pcrs')
    },
  }
  for (const wanted of conditions) {
    const KeyId = await newKey({ Policy: only({ StringEqualsIgnoreCase: wanted }) })
    const ask = (more: object) => kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256', ...more }, jo)
    await ask({ Recipient: recipient() })
    await assert.rejects(ask({}), denied)
    await assert.rejects(ask({ Recipient: recipient(tpm) }), denied)
    // A document that is not believed brings no keys along: the policy refuses, not the parser.
    const forged: Made = { spoil: (signature) => signature.writeUInt8(signature[9]! ^ 1, 9) }
    await assert.rejects(ask({ Recipient: recipient(forged) }), denied)
    await assert.rejects(ask({ Recipient: recipient(pcr(0, 0xbb)) }), denied)
  }
  const wanted = { 'kms:RecipientAttestation:NitroTPMPCR4': hex(0xa4) }
  const KeyId = await newKey({ Policy: only({ StringEqualsIgnoreCase: wanted }) })
  const ask = (Recipient: object) =>
    kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient }, jo)
  await ask(recipient(tpm))
  await assert.rejects(ask(recipient()), denied)
})

const pcr = (index: number, byte: number): Made => ({
  change: (contents) => {
    const old = contents.get('pcrs') as ReadonlyMap<number, Uint8Array>
    contents.set('pcrs', new Map([...old, [index, register(byte)]]))
  },
})

const set = (name: string, value: Parameters<typeof cbor>[0] | undefined): Made => ({
  change: (contents) => {
    if (value === undefined) contents.delete(name)
    else contents.set(name, value)
  },
})

test('a document is believed only whole', async () => {
  const KeyId = await newKey()
  const refused = async (Recipient: object, why: RegExp) =>
    assert.rejects(
      kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient }),
      refusedAs('ValidationException', why),
    )
  const small = generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
  const spki = (key: typeof ec) => key.export({ type: 'spki', format: 'der' })
  const wrong: readonly (readonly [Made, RegExp])[] = [
    [{ spoil: (s) => s.writeUInt8(s[0]! ^ 1) }, /signature is wrong/],
    [{ spoil: (s) => s.fill(0) }, /signature is wrong/],
    [{ header: new Map([[1, -7]]) }, /not signed by ES384/],
    [
      {
        header: new Map([
          [1, -35],
          [4, 1],
        ]),
      },
      /not signed by ES384/,
    ],
    [set('module_id', ''), /module_id/],
    [set('digest', 'SHA256'), /digest/],
    [set('timestamp', 0), /timestamp/],
    [set('pcrs', new Map()), /pcrs is empty/],
    [set('pcrs', new Map([[32, register(1)]])), /such an index/],
    [set('pcrs', new Map([['0', register(1)]])), /such an index/],
    [set('pcrs', new Map([[0, register(1, 47)]])), /such a length/],
    [set('public_key', undefined), /no public key/],
    [set('public_key', null), /no public key/],
    [set('public_key', spki(small)), /2,048 bits/],
    [set('public_key', spki(ec)), /2,048 bits/],
    [set('public_key', Buffer.from('none')), /2,048 bits/],
    [set('nonce', 'text'), /nonce is no byte string/],
    [set('user_data', Buffer.alloc(1_025)), /user_data has such a length/],
    [set('cabundle', []), /cabundle/],
    [set('cabundle', [Buffer.from('x')]), /cannot be read/],
    [set('certificate', Buffer.alloc(1_025)), /such a length/],
    [set('certificate', chain.bundle[2]!.der), /not issued by|not for signatures/],
  ]
  for (const [made, why] of wrong) await refused(recipient(made), why)
  await refused({ KeyEncryptionAlgorithm: 'RSAES_OAEP_SHA_256' }, /AttestationDocument is missing/)
  const { AttestationDocument } = recipient()
  await refused({ AttestationDocument }, /KeyEncryptionAlgorithm is missing/)
  await refused({ ...recipient(), AttestationDocument: bytes('nonsense') }, /malformed|COSE_Sign1/)
  // Tagged or not, in one form of the map or the other, it is the same message.
  for (const form of [{ tagged: true }, { indefinite: true }])
    await kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient: recipient(form) })
})

test('the path leads from a trusted root to a certificate for signatures, each in its time', async () => {
  const KeyId = await newKey()
  const refused = (of: Chain, why: RegExp) =>
    assert.rejects(
      kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient: recipient({}, of) }),
      refusedAs('ValidationException', why),
    )
  const [root, region, zone] = chain.bundle as [
    Chain['signing'],
    Chain['signing'],
    Chain['signing'],
  ]
  const under = (bundle: Chain['bundle'], signing: Chain['signing']): Chain => ({ bundle, signing })
  const last = chain.signing
  await refused(chainOf(authority), /do not lead to a trusted root/)
  await refused(under([region, zone], last), /do not lead to a trusted root/)
  await refused(under([root, zone], last), /not issued by the one before/)
  await refused(under([root, zone, region], last), /not issued by the one before/)
  const issue = authority.issue.bind(authority)
  await refused(
    under([root, region, zone, last], issue('x', last, forSignatures)),
    /not for certificates/,
  )
  await refused(under([root], issue('ca', root, forCertificates)), /not for signatures/)
  const sealing = ['basicConstraints=critical,CA:FALSE', 'keyUsage=critical,keyEncipherment']
  await refused(under([root], issue('sealing', root, sealing)), /not for signatures/)
  const narrow = issue('narrow', root, [
    'basicConstraints=critical,CA:TRUE,pathlen:0',
    forCertificates[1]!,
  ])
  const below = issue('below', narrow, forCertificates)
  await refused(under([root, narrow, below], issue('deep', below, forSignatures)), /too long/)
  const strange = [...forSignatures, '1.2.3.4=critical,DER:0500']
  await refused(under([root], issue('strange', root, strange)), /not understood/)
  const p256 = issue('p256', root, forSignatures, { curve: 'prime256v1' })
  const asP384: Chain = { bundle: [root], signing: { ...p256, key: last.key } }
  await refused(asP384, /not for ES384/)
  const past = { from: '20200101000000Z', to: '20210101000000Z' }
  await refused(under([root], issue('past', root, forSignatures, past)), /not valid at this time/)
  await refused(
    under(
      [root],
      issue('later', root, forSignatures, { from: '20400101000000Z', to: '20410101000000Z' }),
    ),
    /not valid at this time/,
  )
})

test('the log tells who was attested', async () => {
  const { events } = account.house.app.house.ports
  const KeyId = await newKey()
  await kms('GenerateDataKey', { KeyId, KeySpec: 'AES_256', Recipient: recipient() })
  const query = { account: '000000000000', region: 'us-east-1', from: 0, to: 8e15, limit: 1 }
  const { records } = await events.lookup({
    ...query,
    filter: { key: 'EventName', value: 'GenerateDataKey' },
  })
  const record: Loose = JSON.parse(records[0]!)
  assert.deepEqual(record.additionalEventData, {
    recipient: {
      attestationDocumentModuleId: 'i-0123456789abcdef0-enc0123456789abcdef',
      attestationDocumentEnclaveImageDigest: hex(0xa0),
      attestationDocumentEnclavePCR1: hex(0xa1),
      attestationDocumentEnclavePCR2: hex(0xa2),
      attestationDocumentEnclavePCR4: hex(0xa4),
      attestationDocumentEnclavePCR8: hex(0xa8),
    },
  })
})

test('by default it is AWS who is believed, whose root has the fingerprint that AWS publishes', async () => {
  const { raw } = new X509Certificate(nitroRoot)
  assert.equal(
    createHash('sha256').update(raw).digest('hex'),
    '641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b',
  )
  assert.throws(() => verifiedAttestation(documentOf(chain), [raw], new Date()), /trusted root/)
})

test('no bytes whatever do more than be refused', () => {
  const roots = [chain.bundle[0]!.der]
  const refuses = (document: Uint8Array) => {
    try {
      verifiedAttestation(document, roots, new Date())
      return false
    } catch (error) {
      if (error instanceof AttestationRefused) return true
      throw error
    }
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => refuses(noise)),
    { numRuns: 2_000 },
  )
  const good = documentOf(chain)
  const at = fc.integer({ min: 0, max: good.length - 1 })
  fc.assert(
    fc.property(at, fc.integer({ min: 1, max: 255 }), (i, by) => {
      const changed = Buffer.from(good)
      changed[i] = changed[i]! ^ by
      return refuses(changed)
    }),
    { numRuns: 1_500 },
  )
  fc.assert(
    fc.property(at, (length) => refuses(good.subarray(0, length))),
    { numRuns: 300 },
  )
})
