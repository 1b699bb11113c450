import { monitorEventLoopDelay } from 'node:perf_hooks'

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** Counters of this process in Prometheus' text format. */
export class Metrics {
  readonly #requests = new Map<string, number>()
  readonly #buckets = new Array<number>(bounds.length + 1).fill(0)
  #seconds = 0
  #count = 0
  readonly #loop = monitorEventLoopDelay({ resolution: 20 })

  constructor() {
    this.#loop.enable()
  }

  /** @param seconds from the first byte to the answer */
  answered(service: string, operation: string, code: string, seconds: number): void {
    const key = `service="${service}",operation="${operation}",code="${code}"`
    this.#requests.set(key, (this.#requests.get(key) ?? 0) + 1)
    this.#seconds += seconds
    this.#count++
    let i = 0
    while (i < bounds.length && seconds > bounds[i]!) i++
    this.#buckets[i]!++
  }

  /** @param gauges further values by metric name, such as the store's */
  text(gauges: Readonly<Record<string, number>> = {}): string {
    const lines = [
      '# HELP sallyport_requests_total Requests by service, operation and outcome.',
      '# TYPE sallyport_requests_total counter',
      ...[...this.#requests].map(([key, value]) => `sallyport_requests_total{${key}} ${value}`),
      '# HELP sallyport_request_seconds Time from the first byte to the answer.',
      '# TYPE sallyport_request_seconds histogram',
    ]
    let sum = 0
    for (const [i, bound] of bounds.entries()) {
      sum += this.#buckets[i]!
      lines.push(`sallyport_request_seconds_bucket{le="${bound}"} ${sum}`)
    }
    lines.push(
      `sallyport_request_seconds_bucket{le="+Inf"} ${this.#count}`,
      `sallyport_request_seconds_sum ${this.#seconds}`,
      `sallyport_request_seconds_count ${this.#count}`,
    )
    const own = {
      process_resident_memory_bytes: process.memoryUsage.rss(),
      process_cpu_seconds_total: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
      sallyport_event_loop_delay_seconds: this.#loop.percentile(99) / 1e9,
      ...gauges,
    }
    for (const [name, value] of Object.entries(own)) {
      const type = name.endsWith('_total') ? 'counter' : 'gauge'
      lines.push(`# TYPE ${name} ${type}`, `${name} ${value}`)
    }
    return `${lines.join('\n')}\n`
  }

  close(): void {
    this.#loop.disable()
  }
}
