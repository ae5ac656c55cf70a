import { Counter, Histogram, type Registry } from 'prom-client'
import type { GatewayEvent } from '../gateway/events.ts'

type Of<Kind extends GatewayEvent['kind']> = Extract<GatewayEvent, { kind: Kind }>

/** What the metrics of the cache hear. */
interface CacheListeners {
  'lookups-noted'(event: Of<'lookups-noted'>): void
  'hit-judged'(event: Of<'hit-judged'>): void
}

/** Seconds that a look-up takes: below ten milliseconds, unless an embedder is asked. */
const LOOK_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2]
/** Seconds since a picture was made: a minute, an hour, a day, three days, a month. */
const AGE_BUCKETS = [60, 600, 3_600, 21_600, 86_400, 259_200, 2_592_000]
const NANO_PER_DOLLAR = 1e9

/** Makes the metrics of the cache, tier by tier, and what fills them. */
export function listenToCache(registry: Registry): CacheListeners {
  const registers = [registry]
  const named = (name: string, help: string, labelNames: readonly string[]) => ({
    ...{ name, help, labelNames: [...labelNames], registers },
  })
  const to = {
    lookups: new Counter(
      named('keeprate_cache_lookups_total', 'Look-ups, by tier: hit, miss, or check.', [
        ...['kind', 'result'],
      ]),
    ),
    verdicts: new Counter(
      named('keeprate_cache_verdicts_total', 'Verdicts on pictures that the cache gave.', [
        ...['kind', 'result'],
      ]),
    ),
    saved: new Counter(
      named(
        'keeprate_cache_saved_dollars_total',
        'What the router would have paid for pictures that the cache gave.',
        ['kind'],
      ),
    ),
    seconds: new Histogram({
      ...named('keeprate_cache_lookup_seconds', 'From a request to the end of its look-up.', []),
      buckets: LOOK_BUCKETS,
    }),
    ages: new Histogram({
      ...named('keeprate_cache_hit_age_seconds', 'Age of pictures that the cache gave.', ['kind']),
      buckets: AGE_BUCKETS,
    }),
  }
  return {
    'lookups-noted': ({ lookups }) => {
      for (const { result, position, savedNano, latencyMs, ageMs } of lookups) {
        if (position === 0) to.seconds.observe(latencyMs / 1000)
        if (result === 'miss') to.lookups.inc({ kind: 'all', result })
        else if (result === 'check') to.lookups.inc({ kind: 'semantic', result })
        else {
          to.lookups.inc({ kind: result, result: 'hit' })
          to.saved.inc({ kind: result }, Number(savedNano) / NANO_PER_DOLLAR)
          to.ages.observe({ kind: result }, ageMs / 1000)
        }
      }
    },
    'hit-judged': ({ tier, isAccepted }) =>
      to.verdicts.inc({ kind: tier, result: isAccepted ? 'accepted' : 'rejected' }),
  }
}
