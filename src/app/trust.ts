import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '../config.ts'
import type { Trust } from '../kernel/ports.ts'

/**
 * AWS Nitro Enclaves Root G1, which enclaves and NitroTPM attest under. SHA-256 of its DER, as AWS
 * publishes it: 641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b.
 * @see https://docs.aws.amazon.com/enclaves/latest/user/verify-root.html
 */
export const nitroRoot = `-----BEGIN CERTIFICATE-----
MIICETCCAZagAwIBAgIRAPkxdWgbkK/hHUbMtOTn+FYwCgYIKoZIzj0EAwMwSTEL
MAkGA1UEBhMCVVMxDzANBgNVBAoMBkFtYXpvbjEMMAoGA1UECwwDQVdTMRswGQYD
VQQDDBJhd3Mubml0cm8tZW5jbGF2ZXMwHhcNMTkxMDI4MTMyODA1WhcNNDkxMDI4
MTQyODA1WjBJMQswCQYDVQQGEwJVUzEPMA0GA1UECgwGQW1hem9uMQwwCgYDVQQL
DANBV1MxGzAZBgNVBAMMEmF3cy5uaXRyby1lbmNsYXZlczB2MBAGByqGSM49AgEG
BSuBBAAiA2IABPwCVOumCMHzaHDimtqQvkY4MpJzbolL//Zy2YlES1BR5TSksfbb
48C8WBoyt7F2Bw7eEtaaP+ohG2bnUs990d0JX28TcPQXCEPZ3BABIeTPYwEoCWZE
h8l5YoQwTcU/9KNCMEAwDwYDVR0TAQH/BAUwAwEB/zAdBgNVHQ4EFgQUkCW1DdkF
R+eWw5b6cp3PmanfS5YwDgYDVR0PAQH/BAQDAgGGMAoGCCqGSM49BAMDA2kAMGYC
MQCjfy+Rocm9Xue4YnwWmNJVA44fA0P5W2OpYow9OYCVRaEevL8uO1XYru5xtMPW
rfMCMQCi85sWBbJwKKXdS6BptQFuZbT73o/gBh1qUxl/nNr12UO8Yfwr6wPLb+6N
IwLz3/Y=
-----END CERTIFICATE-----
`

/**
 * Whom this process believes: AWS's own root, or those of the file that the configuration names.
 * @throws ConfigError for a file that cannot be read or holds no certificate
 */
export function trustOf({ attestationRoots }: Pick<Config, 'attestationRoots'>): Trust {
  return { attestationRoots: certificates(attestationRoots) }
}

function certificates(path: string | undefined): readonly Uint8Array[] {
  try {
    const text = path === undefined ? nitroRoot : readFileSync(path, 'utf8')
    const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
    if (blocks.length === 0) throw new Error('no certificate in it')
    return blocks.map((pem) => new X509Certificate(pem).raw)
  } catch (error) {
    throw new ConfigError(`--attestation-roots takes a PEM file: ${(error as Error).message}`)
  }
}
