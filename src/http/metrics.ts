import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { GatewayEvent } from '../gateway/events.ts'

/** Prometheus metrics of the gateway. Labels are bounded: never request, user or purpose texts. */
export interface Metrics {
  readonly contentType: string
  print(): Promise<string>
  onEvent(event: GatewayEvent): void
}

/** Seconds; pictures take from one to some hundred. */
const CALL_BUCKETS = [0.5, 1, 2, 4, 8, 15, 30, 60, 120, 300]
const OVERHEAD_BUCKETS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2]
const NANO_PER_DOLLAR = 1e9

/** Makes the metrics. @param bytesInFlight read when the metrics are. */
export function createMetrics(bytesInFlight: () => number): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Counter({
    name: 'keeprate_requests_total',
    help: 'Requests that ended.',
    labelNames: ['operation', 'provider', 'model', 'status', 'book'],
    registers,
  })
  const images = new Counter({
    name: 'keeprate_images_total',
    help: 'Pictures delivered.',
    labelNames: ['provider', 'model', 'cache', 'book'],
    registers,
  })
  const cost = new Counter({
    name: 'keeprate_cost_dollars_total',
    help: 'Dollars spent, by how the cost is known. Simulated spend has its own label.',
    labelNames: ['offer', 'basis', 'book'],
    registers,
  })
  const saved = new Counter({
    name: 'keeprate_saved_dollars_total',
    help: 'Dollars below the list price, where the difference is positive.',
    labelNames: ['lever', 'book'],
    registers,
  })
  const attempts = new Counter({
    name: 'keeprate_attempts_total',
    help: 'Calls to providers, by outcome.',
    labelNames: ['offer', 'outcome'],
    registers,
  })
  const unknownOutcomes = new Counter({
    name: 'keeprate_unknown_outcome_total',
    help: 'Calls of which nobody knows whether they were charged.',
    labelNames: ['offer'],
    registers,
  })
  const drifts = new Counter({
    name: 'keeprate_price_drift_total',
    help: 'Calls charged more than 2 % otherwise than the price book says.',
    labelNames: ['offer'],
    registers,
  })
  const writeFailures = new Counter({
    name: 'keeprate_write_failures_total',
    help: 'Writes after a paid answer that failed to the last try.',
    registers,
  })
  const requestSeconds = new Histogram({
    name: 'keeprate_request_duration_seconds',
    help: 'From acceptance to the end of a request.',
    labelNames: ['operation'],
    buckets: CALL_BUCKETS,
    registers,
  })
  const providerSeconds = new Histogram({
    name: 'keeprate_provider_duration_seconds',
    help: 'From sending a call to its outcome.',
    labelNames: ['offer'],
    buckets: CALL_BUCKETS,
    registers,
  })
  const overheadSeconds = new Histogram({
    name: 'keeprate_overhead_seconds',
    help: 'Time of a request that was not spent waiting for providers.',
    buckets: OVERHEAD_BUCKETS,
    registers,
  })
  const lookups = new Counter({
    name: 'keeprate_cache_lookups_total',
    help: 'Exact cache look-ups.',
    labelNames: ['kind', 'result'],
    registers,
  })
  new Gauge({
    name: 'keeprate_bytes_in_flight',
    help: 'Bytes of pictures reserved now.',
    registers,
    collect() {
      this.set(bytesInFlight())
    },
  })
  const listeners: Listeners = {
    'attempt-settled': ({ attempt, isSimulated, providerMs }) => {
      const { offer, outcome = 'produced', costBasis = 'book' } = attempt
      const book = isSimulated ? 'simulated' : 'real'
      attempts.inc({ offer, outcome })
      cost.inc({ offer, basis: costBasis, book }, Number(attempt.costNano) / NANO_PER_DOLLAR)
      providerSeconds.observe({ offer }, providerMs / 1000)
      if (outcome === 'timeout_unknown') unknownOutcomes.inc({ offer })
    },
    'price-drifted': ({ attempt }) => drifts.inc({ offer: attempt.offer }),
    'request-ended': ({ request, images: count, durationMs, overheadMs, cache }) => {
      const { operation, book, state } = request
      const provider = String(request.summary?.provider ?? '')
      const model = String(request.summary?.model ?? '')
      requests.inc({ operation, provider, model, status: state, book })
      images.inc({ provider, model, cache, book }, count)
      requestSeconds.observe({ operation }, durationMs / 1000)
      overheadSeconds.observe(overheadMs / 1000)
      if (cache !== 'off') lookups.inc({ kind: 'exact', result: cache })
      const savedNano = request.savedNano ?? 0n
      const lever = cache === 'hit' ? 'cache' : 'routing'
      if (savedNano > 0n) saved.inc({ lever, book }, Number(savedNano) / NANO_PER_DOLLAR)
    },
    'write-failed': () => writeFailures.inc(),
  }
  return {
    contentType: registry.contentType,
    print: () => registry.metrics(),
    onEvent: <Kind extends GatewayEvent['kind']>(event: Extract<GatewayEvent, { kind: Kind }>) =>
      (listeners[event.kind] as (event: GatewayEvent) => void)(event),
  }
}

type Listeners = {
  readonly [Kind in GatewayEvent['kind']]: (event: Extract<GatewayEvent, { kind: Kind }>) => void
}
