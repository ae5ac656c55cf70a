import { Counter, Gauge, type Registry } from 'prom-client'
import type { GatewayEvent } from '../gateway/events.ts'

type Of<Kind extends GatewayEvent['kind']> = Extract<GatewayEvent, { kind: Kind }>

/** What the metrics of prices hear. */
interface PriceListeners {
  'price-changed'(event: Of<'price-changed'>): void
  'bills-drifted'(event: Of<'bills-drifted'>): void
  'feed-failed'(event: Of<'feed-failed'>): void
  'feed-read'(event: Of<'feed-read'>): void
}

/** Makes the metrics of price feeds, and what fills them. */
export function listenToPrices(registry: Registry): PriceListeners {
  const registers = [registry]
  const to = {
    changes: new Counter({
      name: 'keeprate_price_changes_total',
      help: 'Changes of prices that were found.',
      labelNames: ['kind', 'state'],
      registers,
    }),
    drifts: new Counter({
      name: 'keeprate_bill_drift_alarms_total',
      help: 'Alarms that a provider charges otherwise than expected, bill after bill.',
      labelNames: ['offer', 'direction'],
      registers,
    }),
    failures: new Counter({
      name: 'keeprate_price_feed_failures_total',
      help: 'Looks at price sources that failed.',
      labelNames: ['source'],
      registers,
    }),
    read: new Gauge({
      name: 'keeprate_price_feed_read_timestamp_seconds',
      help: 'When a price source was last read; subtract it from the time for the age.',
      labelNames: ['source'],
      registers,
    }),
    stale: new Gauge({
      name: 'keeprate_price_feed_stale',
      help: '1 while no look at a price source has succeeded for too long.',
      labelNames: ['source'],
      registers,
    }),
  }
  return {
    'price-changed': ({ recorded: { change } }) =>
      to.changes.inc({ kind: change.kind, state: change.state }),
    'bills-drifted': ({ offer, direction }) => to.drifts.inc({ offer, direction }),
    'feed-failed': ({ source, isStale }) => {
      to.failures.inc({ source })
      to.stale.set({ source }, isStale ? 1 : 0)
    },
    'feed-read': ({ source, fetchedAt }) => {
      to.read.set({ source }, fetchedAt / 1000)
      to.stale.set({ source }, 0)
    },
  }
}
