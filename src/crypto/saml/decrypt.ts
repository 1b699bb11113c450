import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto'
import type { Element } from '@xmldom/xmldom'
import { attribute, child, namespaces, textOf, XmlRefused } from './xml.ts'

const { encryption, signature } = namespaces

const ciphers: Readonly<Record<string, readonly [string, number, number]>> = {
  'http://www.w3.org/2001/04/xmlenc#aes128-cbc': ['aes-128-cbc', 16, 16],
  'http://www.w3.org/2001/04/xmlenc#aes256-cbc': ['aes-256-cbc', 32, 16],
  'http://www.w3.org/2009/xmlenc11#aes128-gcm': ['aes-128-gcm', 16, 12],
  'http://www.w3.org/2009/xmlenc11#aes256-gcm': ['aes-256-gcm', 32, 12],
}

const transports: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p': 'sha1',
  'http://www.w3.org/2009/xmlenc11#rsa-oaep': 'sha256',
}

/**
 * The XML inside an `EncryptedAssertion` (XML Encryption 1.1): AES under a key that RSA-OAEP wraps.
 * PKCS#1 v1.5 is refused, because its padding can be asked about.
 * @throws XmlRefused when none of the keys opens it
 */
export function decryptAssertion(encrypted: Element, keys: readonly KeyObject[]): string {
  const data = child(encrypted, encryption, 'EncryptedData')
  const info = child(data, signature, 'KeyInfo')
  const wrapped =
    child(info, encryption, 'EncryptedKey') ?? child(encrypted, encryption, 'EncryptedKey')
  const cipher = ciphers[methodOf(data) ?? '']
  const transport = child(wrapped, encryption, 'EncryptionMethod')
  const fallback = transports[attribute(transport, 'Algorithm') ?? '']
  if (cipher === undefined || fallback === undefined)
    throw new XmlRefused('the encryption is not supported')
  const digest = attribute(child(transport, signature, 'DigestMethod'), 'Algorithm')
  const oaepHash = /sha(1|256|384|512)$/.exec(digest ?? '')?.[0] ?? fallback
  const padding = constants.RSA_PKCS1_OAEP_PADDING
  for (const key of keys)
    try {
      const secret = privateDecrypt({ key, padding, oaepHash }, bytesOf(wrapped))
      return open(cipher, secret, bytesOf(data))
    } catch {}
  throw new XmlRefused('no key opens the assertion')
}

const methodOf = (element: Element | undefined): string | undefined =>
  attribute(child(element, encryption, 'EncryptionMethod'), 'Algorithm')

function bytesOf(element: Element | undefined): Buffer {
  const value = child(child(element, encryption, 'CipherData'), encryption, 'CipherValue')
  return Buffer.from((textOf(value) ?? '').replace(/\s+/g, ''), 'base64')
}

function open(
  [name, keyLength, nonceLength]: readonly [string, number, number],
  secret: Buffer,
  bytes: Buffer,
): string {
  if (secret.length !== keyLength) throw new XmlRefused('the key has another length')
  const nonce = bytes.subarray(0, nonceLength)
  if (name.endsWith('gcm')) {
    const gcm = createDecipheriv(name as 'aes-256-gcm', secret, nonce)
    gcm.setAuthTag(bytes.subarray(-16))
    return Buffer.concat([gcm.update(bytes.subarray(nonceLength, -16)), gcm.final()]).toString()
  }
  const cbc = createDecipheriv(name, secret, nonce).setAutoPadding(false)
  const plain = Buffer.concat([cbc.update(bytes.subarray(nonceLength)), cbc.final()])
  // XML Encryption pads with anything but a last byte that tells the length.
  return plain.subarray(0, plain.length - (plain.at(-1) ?? 0)).toString()
}
