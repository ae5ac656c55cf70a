import { type Alert, alertKinds, eventTypeOf } from '../core/alerts/alert.ts'
import type { AlertRules } from '../core/alerts/alert-rules.ts'
import { modelShutdown } from '../core/alerts/conditions/model-shutdown.ts'
import { comparedKinds, findAlarms } from '../core/alerts/find-alarms.ts'
import { BASELINE_DAYS } from '../core/alerts/quality-sums.ts'
import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import { DAY_MS } from '../core/time.ts'
import { quarterOf } from '../core/usage/slots.ts'
import type { StoredAlert } from '../ports/alert-store.ts'
import type { Dependencies } from './dependencies.ts'
import { readQuality } from './read-quality.ts'
import { bookInUse } from './usage-report.ts'

/** Days that a preview looks back. */
const PREVIEW_DAYS = 30

const previewedKinds: readonly string[] = [...comparedKinds, 'model_shutdown']

/**
 * What rules would have told in the last days, from what the database knows: one look a day, with
 * the function that rings.
 */
export async function previewAlerts(
  rules: AlertRules,
  { stores, clock, snapshot }: Pick<Dependencies, 'stores' | 'clock' | 'snapshot'>,
): Promise<readonly Alert[]> {
  const now = quarterOf(clock.now())
  const { catalog, providers } = snapshot()
  const book = bookInUse(providers.values())
  const days = await readQuality({ now, days: PREVIEW_DAYS + BASELINE_DAYS, book }, stores)
  const from = now - PREVIEW_DAYS * DAY_MS
  const used = await stores.usage.sums({ from, to: now, book })
  const inUse = new Set(used.map(({ series }) => series.offer))
  const told = new Set<string>()
  const alerts: Alert[] = []
  for (let day = BASELINE_DAYS; day < days.length; day += 1) {
    const at = now - (days.length - 1 - day) * DAY_MS
    const seen = days.slice(day - BASELINE_DAYS, day + 1)
    const endings = modelShutdown(catalog.models, inUse, at, rules)
    for (const finding of [...findAlarms(seen, rules), ...endings]) {
      const { fact } = finding
      if (fact === undefined || !told.has(fact)) alerts.push({ ...finding, at })
      if (fact !== undefined) told.add(fact)
    }
  }
  return alerts
}

/** A preview for callers. */
export const printPreview = (alerts: readonly Alert[], rules: AlertRules): JsonObject => ({
  object: 'alert.preview',
  days: PREVIEW_DAYS,
  rules: printRules(rules),
  data: alerts.map(printAlert),
  // These follow single events, of which no history is kept that tells enough.
  not_previewed: alertKinds.filter((kind) => !previewedKinds.includes(kind)),
})

/** Rules for callers. */
const printRules = ({ costPerAccepted, ...rules }: AlertRules): JsonObject => ({
  cost_per_accepted:
    costPerAccepted === undefined
      ? null
      : {
          ...(costPerAccepted.all === undefined
            ? {}
            : { all: dollarsFromNano(costPerAccepted.all) }),
          ...Object.fromEntries(
            Object.entries(costPerAccepted.purposes).map(([name, nano]) => [
              name,
              dollarsFromNano(nano),
            ]),
          ),
        },
  cost_drift: rules.costDrift ?? null,
  acceptance_drop: rules.acceptanceDrop ?? null,
  cache_hit_drop: rules.cacheHitDrop ?? null,
  cost_anomaly: rules.costAnomaly ?? null,
  model_shutdown: rules.modelShutdown ?? null,
  budget: rules.budget ?? null,
})

const printAlert = (alert: Alert): JsonObject => ({
  kind: alert.kind,
  type: eventTypeOf(alert),
  severity: alert.severity,
  subject: alert.subject,
  text: alert.text,
  at: new Date(alert.at).toISOString(),
  data: alert.data,
})

const iso = (instant: number | undefined): string | null =>
  instant === undefined ? null : new Date(instant).toISOString()

/** A remembered alert for callers. */
export const printStoredAlert = (alert: StoredAlert): JsonObject => ({
  id: alert.id,
  object: 'alert',
  status: alert.resolvedAt === undefined ? 'open' : 'resolved',
  ...printAlert(alert),
  last_at: iso(alert.lastAt),
  seen: alert.seen,
  told_at: iso(alert.toldAt),
  resolved_at: iso(alert.resolvedAt),
})
