import { dayOf } from '../core/time.ts'
import { BillDesk } from '../gateway/bill-desk.ts'
import type { Dependencies } from '../gateway/dependencies.ts'
import type { EventHub } from '../gateway/events.ts'
import type { PriceDesk } from '../gateway/price-desk.ts'
import { PriceWatch } from '../gateway/price-watch.ts'
import type { HttpClient } from '../ports/http-client.ts'
import { createPriceSources } from './price-sources.ts'
import type { Settings } from './schema.ts'

/** Tallies of bills are kept so long. */
const BILLS_KEPT_MS = 60 * 86_400_000

/** What watching prices is put together from. */
export interface WatchParts
  extends Pick<Dependencies, 'clock' | 'random' | 'sha256' | 'log' | 'stores' | 'emit' | 'owner'> {
  readonly http: HttpClient
  readonly hub: EventHub
  readonly desk: PriceDesk
}

/** Puts sources, bills and watch together. Nothing is looked at before `start`. */
export function watchPrices(settings: Settings, parts: WatchParts): PriceWatch {
  const { clock, stores, desk, http, hub, log, emit, owner } = parts
  const store = stores.prices
  const bills = new BillDesk({ store, owner, emit })
  const sources = createPriceSources(settings, {
    ...{ http, clock, desk, store, folder: process.cwd() },
  })
  let purgedOn = ''
  const beforeTurn = async (): Promise<void> => {
    await bills.flush(clock.now())
    const today = dayOf(clock.now())
    if (purgedOn === today) return
    await store.purgeBills(dayOf(clock.now() - BILLS_KEPT_MS))
    purgedOn = today
  }
  const { random, sha256 } = parts
  const history = stores.history
  const watch = new PriceWatch({
    ...{ desk, sources, store, history, clock, random, sha256, log, emit, beforeTurn },
  })
  hub.listen((event) => {
    if (event.kind === 'book-changed') bills.forgetDrifts()
    if (event.kind !== 'attempt-settled' || event.attempt.costBasis !== 'reported') return
    const { attempt, bookNano, images, isSimulated } = event
    bills.take({ attempt, bookNano, images, isSimulated, at: attempt.settledAt ?? clock.now() })
  })
  return watch
}
