import { execFileSync } from 'node:child_process'
import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  X509Certificate,
} from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Attestation documents as an enclave would have them, with certificates by the openssl program. */

/** What the encoder takes: numbers, texts, bytes, arrays, maps. */
type Item =
  | number
  | string
  | Uint8Array
  | null
  | readonly Item[]
  | ReadonlyMap<number | string, Item>

const head = (major: number, n: number): Buffer => {
  const top = major << 5
  if (n < 24) return Buffer.of(top | n)
  if (n < 256) return Buffer.of(top | 24, n)
  if (n < 65_536) return Buffer.of(top | 25, n >> 8, n & 255)
  const wide = Buffer.alloc(9)
  wide[0] = top | 27
  wide.writeBigUInt64BE(BigInt(n), 1)
  return wide
}

export function cbor(item: Item): Buffer {
  if (item === null) return Buffer.of(0xf6)
  if (typeof item === 'number') return item < 0 ? head(1, -1 - item) : head(0, item)
  if (typeof item === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(item)), Buffer.from(item)])
  if (item instanceof Uint8Array) return Buffer.concat([head(2, item.length), item])
  if (item instanceof Map) {
    const pairs = [...item].flatMap(([key, value]) => [cbor(key), cbor(value)])
    return Buffer.concat([head(5, item.size), ...pairs])
  }
  const items = item as readonly Item[]
  return Buffer.concat([head(4, items.length), ...items.map(cbor)])
}

export interface Issued {
  readonly der: Buffer
  readonly key: KeyObject
  readonly certFile: string
  readonly keyFile: string
}

/** A folder with certificates in it, made by the openssl program. */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'sallyport-attestation-'))
  #made = 0

  /** @param from, to `YYYYMMDDHHMMSSZ`; a day before and a year after now by default */
  issue(
    name: string,
    issuer: Issued | undefined,
    extensions: readonly string[],
    { from, to, curve = 'secp384r1' }: { from?: string; to?: string; curve?: string } = {},
  ): Issued {
    const home = join(this.folder, `ca${this.#made++}`)
    mkdirSync(join(home, 'out'), { recursive: true })
    const at = (file: string) => join(home, file)
    const run = (...args: string[]) => execFileSync('openssl', args, { cwd: home, stdio: 'pipe' })
    run('ecparam', '-name', curve, '-genkey', '-noout', '-out', at('key.pem'))
    run('req', '-new', '-key', at('key.pem'), '-subj', `/O=test/CN=${name}`, '-out', at('csr.pem'))
    writeFileSync(at('index.txt'), '')
    writeFileSync(
      at('ca.cnf'),
      [
        '[ca]\ndefault_ca=one\n[one]\ndatabase=index.txt\nnew_certs_dir=out\nrand_serial=yes',
        'default_md=sha384\npolicy=any\nx509_extensions=ext\nunique_subject=no',
        '[any]\ncommonName=supplied\norganizationName=optional\n[ext]',
        ...extensions,
      ].join('\n'),
    )
    run(
      ...['ca', '-batch', '-notext', '-config', at('ca.cnf'), '-in', at('csr.pem')],
      ...['-startdate', from ?? day(-1), '-enddate', to ?? day(365), '-out', at('cert.pem')],
      ...(issuer
        ? ['-cert', issuer.certFile, '-keyfile', issuer.keyFile]
        : ['-selfsign', '-keyfile', at('key.pem')]),
    )
    const pem = readFileSync(at('cert.pem'), 'utf8')
    const { raw } = new X509Certificate(pem)
    const key = createPrivateKey(readFileSync(at('key.pem')))
    return { der: raw, key, certFile: at('cert.pem'), keyFile: at('key.pem') }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

const day = (days: number) =>
  `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\..*/g, '')}Z`

export const forCertificates = [
  'basicConstraints=critical,CA:TRUE',
  'keyUsage=critical,keyCertSign,cRLSign',
]
export const forSignatures = [
  'basicConstraints=critical,CA:FALSE',
  'keyUsage=critical,digitalSignature',
]

export interface Chain {
  readonly bundle: readonly Issued[]
  readonly signing: Issued
}

/** Root, two authorities between, and the certificate that signs, as AWS has them. */
export function chainOf(authority: Authority): Chain {
  const root = authority.issue('root', undefined, forCertificates)
  const region = authority.issue('region', root, forCertificates)
  const zone = authority.issue('zone', region, forCertificates)
  return { bundle: [root, region, zone], signing: authority.issue('nsm', zone, forSignatures) }
}

export const register = (byte: number, length = 48) => Buffer.alloc(length, byte)

/** The key of who is attested. */
export const enclave = generateKeyPairSync('rsa', { modulusLength: 2_048 })

export interface Made {
  readonly change?: (contents: Map<string, Item>) => void
  readonly header?: Item
  readonly tagged?: boolean
  /** The contents as newer hypervisors write them: a map of indefinite length. */
  readonly indefinite?: boolean
  readonly spoil?: (signature: Buffer) => void
}

/** A signed document; `change` takes part before it is signed, `spoil` after. */
export function documentOf({ bundle, signing }: Chain, made: Made = {}): Buffer {
  const contents = new Map<string, Item>([
    ['module_id', 'i-0123456789abcdef0-enc0123456789abcdef'],
    ['digest', 'SHA384'],
    ['timestamp', Date.now()],
    ['pcrs', new Map([0, 1, 2, 3, 4, 8].map((i) => [i, register(i === 3 ? 0 : 0xa0 + i)]))],
    ['certificate', signing.der],
    ['cabundle', bundle.map(({ der }) => der)],
    ['public_key', enclave.publicKey.export({ type: 'spki', format: 'der' })],
    ['user_data', null],
    ['nonce', null],
  ])
  made.change?.(contents)
  const header = cbor(made.header ?? new Map([[1, -35]]))
  const definite = cbor(contents)
  const payload = made.indefinite
    ? Buffer.concat([Buffer.of(0xbf), definite.subarray(1), Buffer.of(0xff)])
    : definite
  const signed = cbor(['Signature1', header, new Uint8Array(), payload])
  const signature = sign('sha384', signed, { key: signing.key, dsaEncoding: 'ieee-p1363' })
  made.spoil?.(signature)
  const message = cbor([header, new Map(), payload, signature])
  return made.tagged === true ? Buffer.concat([Buffer.of(0xd2), message]) : message
}

/** What `openssl cms` finds in a message for the key. */
export function opened(authority: Authority, message: Uint8Array): Buffer {
  const keyFile = join(authority.folder, 'enclave.pem')
  const file = join(authority.folder, 'message.der')
  writeFileSync(keyFile, enclave.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  writeFileSync(file, message)
  const args = ['cms', '-decrypt', '-inform', 'DER', '-in', file, '-inkey', keyFile]
  return execFileSync('openssl', args, { stdio: 'pipe' })
}
