/** Service time: the real clock plus an offset that the test clock moves, never back. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Seconds that service time is ahead of the real clock. */
  offsetSeconds(): number
}

export interface TestClock extends Clock {
  advance(seconds: number): void
}

/** @param offsetSeconds where a stored clock stood */
export function testClock(offsetSeconds = 0): TestClock {
  let offset = offsetSeconds
  return {
    now: () => Date.now() + offset * 1_000,
    offsetSeconds: () => offset,
    advance(seconds) {
      offset += seconds
    },
  }
}
