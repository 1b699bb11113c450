import { X509Certificate } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest, type RequestOptions } from 'node:https'
import { connect, type DetailedPeerCertificate } from 'node:tls'
import { type Egress, EgressFailed, type RequestSigner } from '../kernel/ports.ts'

/** Milliseconds for a whole answer. */
const patience = 5_000
const largest = 1_048_576

/** Headers of a signature; the wire's part, which this floor does not know. */
type Sign = (
  request: { readonly method: string; readonly url: URL; readonly payload: string },
  signer: RequestSigner,
  at: Date,
) => Readonly<Record<string, string>>

/**
 * Fetches documents that others publish. Redirects are not followed; a certificate that no authority
 * of the system vouches for counts when one of its chain has a thumbprint that the caller trusts.
 */
export const egressOf = (sign: Sign): Egress => ({
  async post(url, { body, patience: most, type = 'application/json', sign: signer, headers }) {
    const signature = signer && sign({ method: 'POST', url, payload: body }, signer, new Date())
    try {
      return await exchange(url, {
        method: 'POST',
        headers: { ...headers, ...signature, 'content-type': type },
        body,
        patience: most,
      })
    } catch (error) {
      throw asFailure(error)
    }
  },
  async get(url, { thumbprints = [], bearer } = {}) {
    const secure = url.protocol === 'https:'
    try {
      return await fetchDocument(url, {}, bearer)
    } catch (error) {
      if (!secure || thumbprints.length === 0 || !isUntrusted(error)) throw asFailure(error)
    }
    try {
      const ca = await vouching(url, thumbprints)
      if (ca === undefined) throw new EgressFailed(`nobody vouches for ${url.host}`)
      // The chain must still lead to it, for this host, and be in time: OpenSSL checks that.
      return await fetchDocument(
        url,
        { ca, allowPartialTrustChain: true } as RequestOptions,
        bearer,
      )
    } catch (error) {
      throw asFailure(error)
    }
  },
})

function asFailure(error: unknown): EgressFailed {
  if (error instanceof EgressFailed) return error
  const { message, name, code } = error as Error & { code?: unknown }
  const late = name === 'TimeoutError' || name === 'AbortError'
  const tls = /CERT|^ERR_(SSL|TLS)|EPROTO|^UNABLE_TO/.test(String(code))
  return new EgressFailed(message ?? String(error), late ? 'timeout' : tls ? 'tls' : undefined)
}

const isUntrusted = (error: unknown): boolean =>
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_)/.test(
    String((error as { code?: unknown }).code),
  )

const fetchDocument = (url: URL, options: RequestOptions, bearer?: string) =>
  exchange(url, {
    ...options,
    headers: {
      accept: 'application/json',
      ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
    },
    patience,
  })

interface Sent extends RequestOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly patience: number
}

function exchange(
  url: URL,
  { patience: most, body, ...options }: Sent,
): Promise<{ status: number; body: string }> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const signal = AbortSignal.timeout(most)
  return new Promise((resolve, reject) => {
    const headers = { ...options.headers, 'user-agent': 'sallyport' }
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
    outgoing.end(body)
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
