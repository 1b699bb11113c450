import { ServiceError } from '../kernel/errors.ts'

/** Bytes that a chunk header or trailer line may have. */
const longestLine = 4_096
const empty = new Uint8Array()

/** Reads lines and counted bytes from a stream, holding at most one piece of it. */
export class ChunkReader {
  readonly #pieces: AsyncIterator<Uint8Array>
  #rest: Uint8Array = empty

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#pieces = body[Symbol.asyncIterator]()
  }

  /** A line without its CRLF. The stream may end in place of the last, empty one. */
  async line(): Promise<string> {
    let text = ''
    for (;;) {
      if (this.#rest.length === 0 && !(await this.#more())) {
        if (text === '') return ''
        throw incomplete()
      }
      const end = this.#rest.indexOf(10)
      const part = end < 0 ? this.#rest : this.#rest.subarray(0, end)
      if (text.length + part.length > longestLine)
        throw new ServiceError('InvalidRequest', 'A line of the chunked body is too long.', {
          status: 400,
        })
      text += Buffer.from(part).toString('latin1')
      this.#rest = end < 0 ? empty : this.#rest.subarray(end + 1)
      if (end >= 0) return text.endsWith('\r') ? text.slice(0, -1) : text
    }
  }

  /** The CRLF behind a chunk. */
  async lineEnd(): Promise<void> {
    if ((await this.line()) !== '') throw incomplete()
  }

  /** Exactly so many bytes, in the pieces in which they come. */
  async *take(count: number): AsyncGenerator<Uint8Array> {
    let left = count
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) throw incomplete()
      const piece = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }

  async ended(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#more())
  }

  /** Lets go of a body that was not read to its end. */
  async stop(): Promise<void> {
    await this.#pieces.return?.()
  }

  async #more(): Promise<boolean> {
    for (;;) {
      const { value, done } = await this.#pieces.next()
      if (done) return false
      if (value.length === 0) continue
      this.#rest = value
      return true
    }
  }
}

const incomplete = () =>
  new ServiceError('IncompleteBody', 'The request body terminated unexpectedly', { status: 400 })
