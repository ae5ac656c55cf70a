import type { FeedReading } from '../core/pricebook/feed/feed-entry.ts'
import { readOwn } from '../core/pricebook/feed/readers/own.ts'
import type { PriceRow } from '../core/pricebook/price-row.ts'
import { PriceWatch } from '../gateway/price-watch.ts'
import type { PriceSource } from '../ports/price-source.ts'
import type { GatewayStand } from './gateway-stand.ts'
import { seededRandom } from './virtual-clock.ts'

/** A source whose list a test writes; it may also fail. */
export interface ScriptedSource extends PriceSource {
  /** What the next look finds: rows, or why it fails. */
  next: readonly PriceRow[] | Error
  readonly looks: number
}

/** Makes a source that lists what a test says. */
export function scriptedSource(rows: readonly PriceRow[], id = 'ours'): ScriptedSource {
  let looks = 0
  const source = {
    id,
    kind: 'own' as const,
    trust: 'vendor' as const,
    everyMs: 60_000,
    next: rows as readonly PriceRow[] | Error,
    get looks() {
      return looks
    },
    fetch: async () => {
      looks += 1
      if (source.next instanceof Error) throw source.next
      const reading = readOwn({ prices: source.next }, { source: id }) as FeedReading
      return { kind: 'read' as const, reading, version: {}, fetchedAt: Date.UTC(2026, 10, 20, 12) }
    },
  }
  return source
}

/** A watch over the prices of a stand. */
export const watchOf = (stand: GatewayStand, sources: readonly PriceSource[] = []): PriceWatch =>
  new PriceWatch({
    desk: stand.prices,
    sources,
    store: stand.stores.prices,
    history: stand.stores.history,
    clock: stand.clock,
    random: seededRandom(1),
    sha256: stand.gateway.deps.sha256,
    log: stand.gateway.deps.log,
    emit: stand.hub.emit,
  })
