/** One HTTP request as wire and gateway pass it on. Header names are lower case. */
export interface HttpRequest {
  readonly method: string
  /** Path as sent, still percent-encoded, without the query. */
  readonly path: string
  /** Query string as sent, without `?`; empty when there is none. */
  readonly query: string
  /** Values of a repeated header are joined by `,` in the order of arrival. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Bytes when it has been collected within the limits, a stream for streaming members. */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Further `set-cookie` headers, which cannot be joined into one (RFC 6265, section 3). */
  readonly cookies?: readonly string[] | undefined
}
