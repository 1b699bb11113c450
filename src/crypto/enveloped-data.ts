import { constants, createCipheriv, createHash, type KeyObject, publicEncrypt } from 'node:crypto'
import { der, elementsOf, oid, sequence } from './der.ts'

const envelopedData = oid('2a864886f70d010703')
const data = oid('2a864886f70d010701')
const aes256Cbc = oid('60864801650304012a')
const rsaesOaep = oid('2a864886f70d010107')
const mgf1 = oid('2a864886f70d010108')
const sha256 = sequence(oid('608648016503040201'), der(0x05))

/** RSAES-OAEP with SHA-256, for the mask too (RFC 4055). */
const oaepSha256 = sequence(
  rsaesOaep,
  sequence(der(0xa0, sha256), der(0xa1, sequence(mgf1, sha256))),
)

const version2 = der(0x02, Buffer.of(2))

/**
 * CMS EnvelopedData (RFC 5652) for one RSA key: the content under AES-256-CBC, its key under
 * RSAES-OAEP with SHA-256 (RFC 3560). The recipient is named by its subject key identifier.
 * @param random strong random bytes
 */
export function enveloped(
  content: Uint8Array,
  recipient: KeyObject,
  random: (length: number) => Uint8Array,
): Buffer {
  const key = random(32)
  const iv = random(16)
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const encrypted = Buffer.concat([cipher.update(content), cipher.final()])
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  const wrapped = publicEncrypt({ key: recipient, padding, oaepHash: 'sha256' }, key)
  const recipientInfo = sequence(
    version2,
    der(0x80, keyIdentifier(recipient)),
    oaepSha256,
    der(0x04, wrapped),
  )
  const contentInfo = sequence(data, sequence(aes256Cbc, der(0x04, iv)), der(0x80, encrypted))
  const message = sequence(version2, der(0x31, recipientInfo), contentInfo)
  return sequence(envelopedData, der(0xa0, message))
}

/** SHA-1 of the key's bits: method 1 of RFC 5280, 4.2.1.2. */
function keyIdentifier(key: KeyObject): Buffer {
  const [spki] = elementsOf(key.export({ type: 'spki', format: 'der' })) ?? []
  const [, bits] = elementsOf(spki!.body) ?? []
  return createHash('sha1').update(bits!.body.subarray(1)).digest()
}
