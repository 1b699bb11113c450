import { X509Certificate } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { connect, type DetailedPeerCertificate } from 'node:tls'
import { type Egress, EgressFailed } from '../kernel/ports.ts'

/** Milliseconds for a whole answer. */
const patience = 5_000
const largest = 1_048_576

/**
 * Fetches documents that others publish. Redirects are not followed; a certificate that no authority
 * of the system vouches for counts when one of its chain has a thumbprint that the caller trusts.
 */
export const egress: Egress = {
  async get(url, { thumbprints = [] } = {}) {
    const secure = url.protocol === 'https:'
    try {
      return await fetchDocument(url, {})
    } catch (error) {
      if (!secure || thumbprints.length === 0 || !isUntrusted(error)) throw asFailure(error)
    }
    try {
      const ca = await vouching(url, thumbprints)
      if (ca === undefined) throw new EgressFailed(`nobody vouches for ${url.host}`)
      // The chain must still lead to it, for this host, and be in time: OpenSSL checks that.
      return await fetchDocument(url, { ca, allowPartialTrustChain: true } as RequestOptions)
    } catch (error) {
      throw asFailure(error)
    }
  },
}

const asFailure = (error: unknown): EgressFailed =>
  error instanceof EgressFailed
    ? error
    : new EgressFailed(error instanceof Error ? error.message : String(error))

const isUntrusted = (error: unknown): boolean =>
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_)/.test(
    String((error as { code?: unknown }).code),
  )

function fetchDocument(
  url: URL,
  options: RequestOptions,
): Promise<{ status: number; body: string }> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const signal = AbortSignal.timeout(patience)
  return new Promise((resolve, reject) => {
    const headers = { accept: 'application/json', 'user-agent': 'sallyport' }
    const outgoing = send(url, { ...options, headers, signal, agent: false }, (incoming) => {
      const chunks: Buffer[] = []
      let length = 0
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > largest) outgoing.destroy(new EgressFailed('the answer is too long'))
        else chunks.push(chunk)
      })
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
      )
      incoming.on('error', reject)
    })
    outgoing.on('error', reject)
    outgoing.end()
  })
}

/** The certificate of the server's chain that has one of the thumbprints, PEM. */
function vouching(url: URL, thumbprints: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const port = url.port === '' ? 443 : Number(url.port)
    const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host }
    // Only looked at: nothing is sent to it, and nothing that it says is believed.
    const socket = connect({ host, port, ...name, rejectUnauthorized: false }, () => {
      const found = chain(socket.getPeerCertificate(true)).find(({ fingerprint }) =>
        thumbprints.includes(fingerprint.replaceAll(':', '').toLowerCase()),
      )
      socket.destroy()
      resolve(found?.toString())
    })
    socket.setTimeout(patience, () => socket.destroy(new EgressFailed('no answer in time')))
    socket.on('error', reject)
  })
}

function chain(leaf: DetailedPeerCertificate): X509Certificate[] {
  const found: X509Certificate[] = []
  const seen = new Set<DetailedPeerCertificate>()
  for (let at = leaf; at?.raw && !seen.has(at); at = at.issuerCertificate) {
    seen.add(at)
    found.push(new X509Certificate(at.raw))
  }
  return found
}
