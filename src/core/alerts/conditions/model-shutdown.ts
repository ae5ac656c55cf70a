import { type Model, offerName } from '../../catalog/model.ts'
import { DAY_MS, type Instant, startOfDay } from '../../time.ts'
import type { AlertRules } from '../alert-rules.ts'
import type { Finding } from '../finding.ts'

const urgencies = [
  { days: 1, severity: 'critical' },
  { days: 7, severity: 'warning' },
  { days: Number.POSITIVE_INFINITY, severity: 'info' },
] as const

/** Models in use that end soon: each is told once at each of the days. */
export function modelShutdown(
  models: readonly Model[],
  inUse: ReadonlySet<string>,
  now: Instant,
  { modelShutdown: days = [] }: AlertRules,
): readonly Finding[] {
  return models.flatMap((model): readonly Finding[] => {
    const offer = offerName(model)
    const { shutdownAt, replacement } = model.lifecycle
    if (shutdownAt === undefined || !inUse.has(offer)) return []
    const left = Math.ceil((startOfDay(shutdownAt) - now) / DAY_MS)
    const reached = days.filter((day) => left <= day).toSorted((one, other) => one - other)[0]
    // On the day itself it is gone already.
    if (left <= 0 || reached === undefined) return []
    const { severity } = urgencies.find((urgency) => reached <= urgency.days) ?? urgencies[2]
    const instead = replacement === undefined ? '' : ` Its provider names ${replacement} instead.`
    const when = left === 1 ? 'in a day' : `in ${left} days`
    return [
      {
        ...{ kind: 'model_shutdown', severity, subject: offer },
        text: `${offer} is shut down ${when}, on ${shutdownAt}.${instead}`,
        data: { offer, shutdown_at: shutdownAt, days: left, replacement: replacement ?? null },
        fact: `${offer} ${shutdownAt} ${reached}`,
      },
    ]
  })
}
