import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

export const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest()

/** The bytes of CBOR, as far as passkeys need it. */
export function cbor(value: number | string | Uint8Array | Map<number | string, unknown>): Buffer {
  const head = (major: number, n: number) =>
    n < 24
      ? Buffer.of((major << 5) | n)
      : n < 256
        ? Buffer.of((major << 5) | 24, n)
        : Buffer.of((major << 5) | 25, n >> 8, n & 255)
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, value.length), Buffer.from(value)])
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value])
  const parts = [...value].flatMap(([key, item]) => [cbor(key), cbor(item as number)])
  return Buffer.concat([head(5, value.size), ...parts])
}

const from = (text: string | undefined) => Buffer.from(text!, 'base64url')

/** A public key as COSE has it. */
export function coseKey(key: KeyObject, alg?: number): Map<number | string, unknown> {
  const jwk = key.export({ format: 'jwk' })
  if (jwk.kty === 'OKP')
    return new Map<number, unknown>([
      [1, 1],
      [3, alg ?? -8],
      [-1, 6],
      [-2, from(jwk.x)],
    ])
  if (jwk.kty === 'RSA')
    return new Map<number, unknown>([
      [1, 3],
      [3, alg ?? -257],
      [-1, from(jwk.n)],
      [-2, from(jwk.e)],
    ])
  return new Map<number, unknown>([
    [1, 2],
    [3, alg ?? -7],
    [-1, 1],
    [-2, from(jwk.x)],
    [-3, from(jwk.y)],
  ])
}

interface Data {
  /** 1 present, 4 verified, 64 attested. */
  readonly flags: number
  readonly count: number
  readonly relyingParty: string
}

export function authenticatorData({ flags, count, relyingParty }: Data, ...rest: Uint8Array[]) {
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(count)
  return Buffer.concat([sha256(relyingParty), Buffer.of(flags), counter, ...rest])
}

/** The attestation object of a new passkey. */
export function attestationOf(
  credentialId: Uint8Array,
  key: Map<number | string, unknown>,
  data: Data,
): Buffer {
  const length = Buffer.of(credentialId.length >> 8, credentialId.length & 255)
  const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, cbor(key)])
  return cbor(
    new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authenticatorData(data, attested)],
    ]),
  )
}

interface CreationOptions {
  readonly challenge: string
  readonly rp: { readonly id: string }
  readonly user: { readonly id: string }
}

interface RequestOptions {
  readonly challenge: string
  readonly rpId: string
}

const kinds = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RS256: () => generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  EdDSA: () => generateKeyPairSync('ed25519'),
} as const

/** What a browser does with an authenticator that holds one passkey; everything can be bent. */
export function authenticator(
  origin: string,
  {
    algorithm = 'ES256',
    verifies = true,
    attachment = 'platform',
  }: {
    readonly algorithm?: keyof typeof kinds
    readonly verifies?: boolean
    readonly attachment?: string
  } = {},
) {
  const { publicKey, privateKey } = kinds[algorithm]()
  const id = sha256(publicKey.export({ type: 'spki', format: 'der' }))
  let count = 0
  let user = ''
  const clientData = (type: string, challenge: string) =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }))
  const shared = () => ({
    id: id.toString('base64url'),
    rawId: id.toString('base64url'),
    type: 'public-key',
    authenticatorAttachment: attachment,
    clientExtensionResults: {},
  })
  const flags = verifies ? 5 : 1
  return {
    /** `navigator.credentials.create`, in its JSON form. */
    create({ challenge, rp, user: { id: handle } }: CreationOptions) {
      user = handle
      const data = { flags: flags | 64, count, relyingParty: rp.id }
      return {
        ...shared(),
        response: {
          clientDataJSON: clientData('webauthn.create', challenge).toString('base64url'),
          attestationObject: attestationOf(id, coseKey(publicKey), data).toString('base64url'),
          transports: ['internal', 'made-up'],
        },
      }
    },
    /** `navigator.credentials.get`, in its JSON form. */
    get({ challenge, rpId }: RequestOptions, steps = 1) {
      count += steps
      const client = clientData('webauthn.get', challenge)
      const data = authenticatorData({ flags, count, relyingParty: rpId })
      const signed = Buffer.concat([data, sha256(client)])
      return {
        ...shared(),
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign('sha256', signed, privateKey).toString('base64url'),
          userHandle: user,
        },
      }
    },
  }
}
