import { type BreakerRule, defaultBreakerRule, neverOpen } from '../core/breaker/breaker.ts'
import { type Model, offerName } from '../core/catalog/model.ts'
import type { Snapshot } from '../gateway/dependencies.ts'
import type { EventHub } from '../gateway/events.ts'
import { Traffic } from '../gateway/traffic.ts'
import type { Clock } from '../ports/clock.ts'
import { toWaitingRate } from './routing-settings.ts'
import type { Settings } from './schema.ts'

/** What stands between requests and providers, as the settings have it. */
export function openTraffic(settings: Settings, emit: EventHub['emit'], clock: Clock): Traffic {
  const { latencyAlert } = settings
  const latency = latencyAlert === 'off' ? {} : { latencyLimitMs: latencyAlert }
  return new Traffic({ clock, emit, breaker: breakerRule(settings), ...latency })
}

/** Breakers as the settings have them; 0 failures switch them off. */
const breakerRule = ({ breakerFailures }: Settings): BreakerRule =>
  breakerFailures === 0 ? neverOpen : { ...defaultBreakerRule, failuresInRow: breakerFailures }

/** What waiting costs callers; offers that are not measured yet take what is typical of them. */
export function waitingPrice(
  settings: Settings,
  { latencies }: Pick<Traffic, 'latencies'>,
): Pick<Snapshot, 'waiting'> {
  const rate = toWaitingRate(settings)
  if (rate === undefined) return {}
  const secondsOf = (model: Model): number => {
    const meanMs = latencies.meanMs(offerName(model))
    return meanMs === undefined ? model.typicalSeconds : meanMs / 1_000
  }
  return { waiting: { rate, secondsOf } }
}
