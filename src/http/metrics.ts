import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Dependencies } from '../gateway/dependencies.ts'
import type { GatewayEvent } from '../gateway/events.ts'
import { listenToCache } from './cache-metrics.ts'
import { listenToPrices } from './price-metrics.ts'
import { listenToQueue } from './queue-metrics.ts'

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

/** The counters and histograms, by what they tell. */
function makeInstruments(registers: readonly [Registry]) {
  const counter = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Counter({ name, help, labelNames: [...labelNames], registers: [...registers] })
  const histogram = (name: string, help: string, buckets: number[], labelNames: string[]) =>
    new Histogram({ name, help, buckets, labelNames, registers: [...registers] })
  return {
    requests: counter('keeprate_requests_total', 'Requests that ended.', [
      'operation',
      'provider',
      'model',
      'status',
      'book',
    ]),
    images: counter('keeprate_images_total', 'Pictures delivered.', [
      'provider',
      'model',
      'cache',
      'book',
    ]),
    cost: counter(
      'keeprate_cost_dollars_total',
      'Dollars spent, by how the cost is known. Simulated spend has its own label.',
      ['offer', 'basis', 'book'],
    ),
    saved: counter(
      'keeprate_saved_dollars_total',
      'Dollars below the list price, where they are, and those of work that was cancelled unpaid.',
      ['lever', 'book'],
    ),
    attempts: counter('keeprate_attempts_total', 'Calls to providers, by outcome.', [
      'offer',
      'outcome',
    ]),
    unknownOutcomes: counter(
      'keeprate_unknown_outcome_total',
      'Calls of which nobody knows whether they were charged.',
      ['offer'],
    ),
    drifts: counter(
      'keeprate_price_drift_total',
      'Calls charged more than 2 % otherwise than the price book says.',
      ['offer'],
    ),
    writeFailures: counter(
      'keeprate_write_failures_total',
      'Writes after a paid answer that failed to the last try.',
    ),
    repeated: counter('keeprate_repeated_answers_total', 'Answers given again.', ['kind']),
    breaker: new Gauge({
      name: 'keeprate_breaker_state',
      help: 'Circuit breakers: 1 = open, 0 = closed; an empty offer is the whole provider.',
      labelNames: ['provider', 'offer'],
      registers: [...registers],
    }),
    ...makeDurations(histogram),
    ...makeOutcomes(counter),
    bookSwaps: counter(
      'keeprate_price_book_swaps_total',
      'Times that other prices came into force, by the layer they came from.',
      ['layer'],
    ),
  }
}

type MakeCounter = (name: string, help: string, labelNames: readonly string[]) => Counter

/** What came of second offers, of pictures, and of what providers report. */
function makeOutcomes(counter: MakeCounter) {
  return {
    deliveries: counter(
      'keeprate_provider_webhooks_total',
      'Reports of jobs by providers, by what became of them.',
      ['provider', 'result'],
    ),
    hedges: counter(
      'keeprate_hedges_total',
      'Second offers asked while the first one was silent: won, lost, failed, or blocked unasked.',
      ['outcome'],
    ),
    notices: counter(
      'keeprate_webhook_deliveries_total',
      'Tries to deliver notices: delivered, failed and tried again, or dead.',
      ['result'],
    ),
    verdicts: counter(
      'keeprate_verdicts_total',
      'First verdicts of raters on pictures: accepted or rejected.',
      ['offer', 'result'],
    ),
  }
}

type MakeHistogram = (
  name: string,
  help: string,
  buckets: number[],
  labelNames: string[],
) => Histogram

function makeDurations(histogram: MakeHistogram) {
  return {
    requestSeconds: histogram(
      'keeprate_request_duration_seconds',
      'From acceptance to the end of a request.',
      CALL_BUCKETS,
      ['operation'],
    ),
    providerSeconds: histogram(
      'keeprate_provider_duration_seconds',
      'From sending a call to its outcome.',
      CALL_BUCKETS,
      ['offer'],
    ),
    overheadSeconds: histogram(
      'keeprate_overhead_seconds',
      'Time of a request that was not spent waiting for providers.',
      OVERHEAD_BUCKETS,
      [],
    ),
  }
}

type MeasuredParts = Pick<Dependencies, 'bytes' | 'stores' | 'clock'>

/** Makes the metrics; what is in flight and in the queue is read when they are. */
export function createMetrics({ bytes, stores, clock }: MeasuredParts): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'keeprate_bytes_in_flight',
    help: 'Bytes of pictures reserved now.',
    registers: [registry],
    collect() {
      this.set(bytes.inFlight)
    },
  })
  const listeners = makeListeners(makeInstruments([registry]), {
    ...listenToPrices(registry),
    ...listenToCache(registry),
    ...listenToQueue(registry, () => stores.queue.depth(clock.now())),
  })
  return {
    contentType: registry.contentType,
    print: () => registry.metrics(),
    onEvent: (event) => (listeners[event.kind] as (event: GatewayEvent) => void)(event),
  }
}

function makeListeners(
  to: ReturnType<typeof makeInstruments>,
  others: ReturnType<typeof listenToPrices> &
    ReturnType<typeof listenToCache> &
    ReturnType<typeof listenToQueue>,
): Listeners {
  return {
    'attempt-settled': ({ attempt, isSimulated, providerMs }) => {
      const { offer, outcome = 'produced', costBasis = 'book' } = attempt
      const book = isSimulated ? 'simulated' : 'real'
      to.attempts.inc({ offer, outcome })
      to.cost.inc({ offer, basis: costBasis, book }, Number(attempt.costNano) / NANO_PER_DOLLAR)
      to.providerSeconds.observe({ offer }, providerMs / 1000)
      const isUnknown = outcome === 'timeout_unknown' && costBasis === 'suspected'
      if (isUnknown) to.unknownOutcomes.inc({ offer })
    },
    'price-drifted': ({ attempt }) => to.drifts.inc({ offer: attempt.offer }),
    'book-changed': ({ layer }) => to.bookSwaps.inc({ layer }),
    'request-ended': ({ request, images, durationMs, overheadMs, cache, cancelledNano = 0n }) => {
      const { operation, book, state } = request
      const provider = String(request.summary?.provider ?? '')
      const model = String(request.summary?.model ?? '')
      to.requests.inc({ operation, provider, model, status: state, book })
      to.images.inc({ provider, model, cache, book }, images)
      to.requestSeconds.observe({ operation }, durationMs / 1000)
      to.overheadSeconds.observe(overheadMs / 1000)
      const savedNano = request.savedNano ?? 0n
      const lever = cache === 'hit' ? 'cache' : 'routing'
      if (savedNano > 0n) to.saved.inc({ lever, book }, Number(savedNano) / NANO_PER_DOLLAR)
      if (cancelledNano > 0n) {
        to.saved.inc({ lever: 'cancelled', book }, Number(cancelledNano) / NANO_PER_DOLLAR)
      }
    },
    'verdict-given': ({ image, verdict, before }) => {
      if (before !== undefined) return
      const offer = `${image.provider}/${image.model}`
      to.verdicts.inc({ offer, result: verdict.isAccepted ? 'accepted' : 'rejected' })
    },
    'answer-repeated': ({ how }) => to.repeated.inc({ kind: how }),
    'delivery-received': ({ provider, result }) => to.deliveries.inc({ provider, result }),
    'budget-threshold': () => undefined,
    'cost-unusual': () => undefined,
    'delivery-tried': ({ result }) => to.notices.inc({ result }),
    'webhook-disabled': () => undefined,
    'write-failed': () => to.writeFailures.inc(),
    'hedge-ended': ({ outcome }) => to.hedges.inc({ outcome }),
    'latency-exceeded': () => undefined,
    'latency-recovered': () => undefined,
    ...others,
    'provider-down': ({ provider, offer = '' }) => to.breaker.set({ provider, offer }, 1),
    'provider-up': ({ provider, offer = '' }) => to.breaker.set({ provider, offer }, 0),
  }
}

type Listeners = {
  readonly [Kind in GatewayEvent['kind']]: (event: Extract<GatewayEvent, { kind: Kind }>) => void
}
