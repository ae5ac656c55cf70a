import { type AlertRules, defaultAlertRules } from '../core/alerts/alert-rules.ts'
import { type QuietTime, readMinute } from '../core/alerts/quiet-time.ts'
import { nanoFromDollars } from '../core/money.ts'
import { openZone } from '../core/usage/zone.ts'
import type { AlertSettings, RuleName } from './alert-schema.ts'

/** The rules that the settings make, over the defaults. */
export function toAlertRules(settings: Pick<AlertSettings, RuleName>): AlertRules {
  const { cost_per_accepted: target, budget, model_shutdown } = settings
  const { budget: steps = [], modelShutdown = [] } = defaultAlertRules
  const rules = {
    costDrift: numberOr(settings.cost_drift, defaultAlertRules.costDrift),
    acceptanceDrop: numberOr(settings.acceptance_drop, defaultAlertRules.acceptanceDrop),
    cacheHitDrop: numberOr(settings.cache_hit_drop, defaultAlertRules.cacheHitDrop),
    costAnomaly: numberOr(settings.cost_anomaly, defaultAlertRules.costAnomaly),
  }
  const set = Object.entries(rules).filter(([, value]) => value !== undefined)
  return {
    ...Object.fromEntries(set),
    ...(target === undefined ? {} : { costPerAccepted: toTarget(target) }),
    budget: budget ?? steps,
    modelShutdown: model_shutdown ?? modelShutdown,
  }
}

const numberOr = (value: 'off' | number | undefined, usual: number | undefined) =>
  value === 'off' ? undefined : (value ?? usual)

function toTarget(
  target: NonNullable<AlertSettings['cost_per_accepted']>,
): NonNullable<AlertRules['costPerAccepted']> {
  if (typeof target !== 'object') return { all: nanoFromDollars(String(target)), purposes: {} }
  const purposes = Object.entries(target).map(([purpose, dollars]) => [
    purpose,
    nanoFromDollars(String(dollars)),
  ])
  return { purposes: Object.fromEntries(purposes) }
}

/** Quiet hours of the settings. */
export function toQuietTime({ quiet }: Pick<AlertSettings, 'quiet'>): QuietTime | undefined {
  if (quiet === undefined) return undefined
  const zone = openZone(quiet.zone ?? 'UTC')
  const [fromMinute, toMinute] = [readMinute(quiet.from), readMinute(quiet.to)]
  if (zone === undefined || fromMinute === undefined || toMinute === undefined) return undefined
  return { fromMinute, toMinute, zone }
}
