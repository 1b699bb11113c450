import { generateKeyPairSync, type KeyObject, type KeyPairKeyObjectResult, sign } from 'node:crypto'

/** X.509 certificates for tests, written in DER by hand: no test needs another program for them. */

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts)
  const size = body.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.of(tag, ...length), body])
}
const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const sha256WithEcdsa = sequence(oid('2a8648ce3d040302'))
const name = (text: string) =>
  sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text)))))
const time = (date: Date) =>
  der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+Z/g, '')}Z`))

export interface TestCertificate {
  readonly pem: string
  readonly keyPem: string
  readonly name: string
  readonly key: KeyObject
}

let serial = 1

/**
 * A certificate with an EC key of its own, unless it is given another.
 * @param issuer who signs it; itself by default
 */
export function certificate(
  commonName: string,
  issuer?: TestCertificate,
  {
    from = new Date(Date.now() - 3_600_000),
    to = new Date(Date.now() + 86_400_000),
    keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
  }: { readonly from?: Date; readonly to?: Date; readonly keys?: KeyPairKeyObjectResult } = {},
): TestCertificate {
  const { publicKey, privateKey } = keys
  const isCa = der(0x01, Buffer.of(0xff))
  const basicConstraints = sequence(
    oid('551d13'),
    der(0x01, Buffer.of(0xff)),
    der(0x04, sequence(isCa)),
  )
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.of(serial++ % 127)),
    sha256WithEcdsa,
    name(issuer?.name ?? commonName),
    sequence(time(from), time(to)),
    name(commonName),
    publicKey.export({ format: 'der', type: 'spki' }),
    der(0xa3, sequence(basicConstraints)),
  )
  const signature = sign('sha256', body, issuer?.key ?? privateKey)
  const whole = sequence(body, sha256WithEcdsa, der(0x03, Buffer.of(0), signature))
  const lines = whole
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    keyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    name: commonName,
    key: privateKey,
  }
}
