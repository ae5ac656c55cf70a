import type { JsonObject } from '../json.ts'
import { dollarsFromNano, formatDollars } from '../money.ts'
import type { PriceChange } from '../pricebook/feed/price-change.ts'
import type { RecordedChange } from '../pricebook/feed/recorded-change.ts'

/** How much dearer or cheaper, for people: `+50 %`, `-20 % to +10 %`; empty when unknown. */
export function percentOf({ factor }: Pick<PriceChange, 'factor'>): string {
  if (factor === null) return ''
  const percent = (ratio: number): string => {
    const value = Math.round((ratio - 1) * 1000) / 10
    return `${value > 0 ? '+' : ''}${value} %`
  }
  const [low, high] = [percent(factor.low), percent(factor.high)]
  return low === high ? low : `${low} to ${high}`
}

/** One sentence about a change and what it means. */
export function describeChange({ change, impact }: RecordedChange): string {
  const { offer, kind, operation, effectiveFrom, state, reasons } = change
  const what = operation === null ? offer : `${offer} (${operation})`
  const percent = percentOf(change)
  const parts = [`${what}: ${kind}${percent === '' ? '' : ` ${percent}`} from ${effectiveFrom}`]
  if (state === 'quarantined') {
    parts.push(`waits for confirmation: ${reasons.map(({ text }) => text).join('; ')}`)
  }
  if (impact !== null && impact.calls > 0) {
    const sign = impact.monthlyNano < 0n ? '-' : '+'
    const most = impact.monthlyNano < 0n ? -impact.monthlyNano : impact.monthlyNano
    parts.push(`about ${sign}${formatDollars(most)} a month on ${impact.calls} calls in 30 days`)
  }
  for (const { purpose, from, to } of impact?.reroutes ?? []) {
    parts.push(`${purpose} goes to ${to ?? 'no offer'} instead of ${from ?? 'no offer'}`)
  }
  return `${parts.join('; ')}.`
}

/** A change as callers and webhooks get it: snake case, dollars as decimal strings. */
export function printChange({ change, impact, recordedAt }: RecordedChange): JsonObject {
  return {
    id: change.id,
    object: 'price.change',
    subject: change.subject,
    kind: change.kind,
    state: change.state,
    offer: change.offer,
    operation: change.operation,
    when: change.selector as unknown as JsonObject | null,
    old: change.old as unknown as JsonObject | null,
    new: change.new as unknown as JsonObject | null,
    factor: change.factor as unknown as JsonObject | null,
    source: change.source,
    reasons: change.reasons.map((reason) => ({ ...reason })),
    effective_from: change.effectiveFrom,
    found_at: new Date(change.foundAt).toISOString(),
    recorded_at: new Date(recordedAt).toISOString(),
    effect:
      impact === null
        ? null
        : {
            calls_30d: impact.calls,
            sampled: impact.sampled,
            monthly_dollars: dollarsFromNano(impact.monthlyNano),
            is_estimate: true,
            rerouted: impact.reroutes.map((reroute) => ({ ...reroute })),
          },
  }
}
