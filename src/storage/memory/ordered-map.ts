const CHUNK = 256

/** A map in key order: chunks of sorted keys, so that an insertion moves few of them. */
export class OrderedMap<V> {
  private readonly values = new Map<string, V>()
  private readonly chunks: string[][] = []

  get size(): number {
    return this.values.size
  }

  get(key: string): V | undefined {
    return this.values.get(key)
  }

  set(key: string, value: V): void {
    const known = this.values.has(key)
    this.values.set(key, value)
    if (known) return
    const at = this.chunkOf(key)
    const chunk = this.chunks[at]
    if (!chunk) {
      this.chunks.push([key])
      return
    }
    chunk.splice(lowerBound(chunk, key), 0, key)
    if (chunk.length > CHUNK) this.chunks.splice(at + 1, 0, chunk.splice(CHUNK / 2))
  }

  delete(key: string): boolean {
    if (!this.values.delete(key)) return false
    const at = this.chunkOf(key)
    const chunk = this.chunks[at]!
    chunk.splice(lowerBound(chunk, key), 1)
    if (chunk.length === 0) this.chunks.splice(at, 1)
    return true
  }

  /** Entries from a key (inclusive) on, in order. */
  *from(key: string): Generator<[string, V]> {
    for (let c = this.chunkOf(key); c < this.chunks.length; c++) {
      const chunk = this.chunks[c]!
      for (let i = lowerBound(chunk, key); i < chunk.length; i++) {
        yield [chunk[i]!, this.values.get(chunk[i]!)!]
      }
    }
  }

  /** Entries from a key (inclusive) on, in reverse order. */
  *downFrom(key: string): Generator<[string, V]> {
    for (let c = Math.min(this.chunkOf(key), this.chunks.length - 1); c >= 0; c--) {
      const chunk = this.chunks[c]!
      const at = lowerBound(chunk, key)
      for (let i = chunk[at] === key ? at : at - 1; i >= 0; i--) {
        yield [chunk[i]!, this.values.get(chunk[i]!)!]
      }
    }
  }

  /** Index of the last chunk that begins at or before the key, or 0. */
  private chunkOf(key: string): number {
    let low = 0
    let high = this.chunks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.chunks[middle]![0]! <= key) low = middle
      else high = middle - 1
    }
    return low
  }
}

function lowerBound(sorted: readonly string[], key: string): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < key) low = middle + 1
    else high = middle
  }
  return low
}
