import { runAlarms } from '../gateway/alarm-loop.ts'
import { AlertBook } from '../gateway/alert-book.ts'
import { AlertDesk } from '../gateway/alert-desk.ts'
import { CostWatch } from '../gateway/cost-watch.ts'
import { DeliveryLoop } from '../gateway/delivery-loop.ts'
import type { Dependencies } from '../gateway/dependencies.ts'
import type { EventHub } from '../gateway/events.ts'
import type { Courier } from '../ports/courier.ts'
import { toQuietTime } from './alert-rules.ts'
import { createNotifier } from './notifiers.ts'
import type { Settings } from './schema.ts'

/** What telling is put together from. */
interface TellingParts
  extends Pick<
    Dependencies,
    | ('stores' | 'notices' | 'clock' | 'random' | 'log')
    | ('snapshot' | 'emit' | 'owner' | 'alertRules')
  > {
  readonly hub: EventHub
  readonly courier: Courier
}

/**
 * Puts together who finds what is alarming, who remembers it and who tells. What is found is
 * always written down; only a process that stays sends it, and looks for more.
 */
export function openTelling(
  { alerts }: Pick<Settings, 'alerts'>,
  parts: TellingParts,
  isStaying: boolean,
): { close(): Promise<void> } {
  const { stores, notices, clock, random, log, snapshot, emit, hub, courier, owner } = parts
  const rules = parts.alertRules
  const quiet = toQuietTime(alerts)
  const book = new AlertBook({
    ...{ store: stores.alerts, notifier: createNotifier(notices, log), clock, random, log },
    ...(quiet === undefined ? {} : { quiet }),
  })
  const desk = new AlertDesk(book, () => clock.now(), rules.budget)
  const costs = new CostWatch(emit, rules.costAnomaly)
  hub.listen((event) => {
    desk.onEvent(event)
    if (event.kind === 'attempt-settled') costs.take(event.attempt, event.images)
  })
  const stop = new AbortController()
  const sending = { desk: notices, courier, clock, random, log, emit, owner }
  const deliveries = isStaying ? new DeliveryLoop(sending) : undefined
  const looking = { stores, clock, log, snapshot, rules, book, alerts: desk }
  const looked = isStaying ? runAlarms(looking, stop.signal) : Promise.resolve()
  return {
    close: async () => {
      stop.abort()
      await looked
      await book.close()
      await deliveries?.close()
      await courier.close()
    },
  }
}
