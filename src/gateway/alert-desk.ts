import { type Alert, type AlertKind, openKeyOf } from '../core/alerts/alert.ts'
import { describeChange, printChange } from '../core/alerts/describe-change.ts'
import { dollarsFromNano, formatDollars } from '../core/money.ts'
import { OPERATOR } from '../core/notices/destination.ts'
import type { Instant } from '../core/time.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { GatewayEvent } from './events.ts'

/** Limits of what is told. */
const limits = {
  /** An equal alert is told once in this time: a provider that flaps must not ring all night. */
  quietMs: 3_600_000,
  maxRemembered: 10_000,
} as const

/** Kinds that are each told, because every one of them is another fact. */
const ALWAYS: readonly AlertKind[] = [
  'price_changed',
  'price_held',
  'provider_up',
  'latency_recovered',
  'model_shutdown',
  'budget_threshold',
  'budget_exceeded',
  'webhook_disabled',
  'recovered',
]

/** What is over when something is told: it is told again when it comes back. */
const endings: { readonly [Kind in AlertKind]?: AlertKind } = {
  provider_up: 'provider_down',
  latency_recovered: 'latency_exceeded',
}

/** Turns what happens into alerts and hands them to the notifier; equal ones only now and then. */
export class AlertDesk {
  readonly #notifier: Notifier
  readonly #now: () => Instant
  readonly #told = new Map<string, Instant>()

  readonly #budgetSteps: readonly number[]

  /** @param budgetSteps percents of budgets that are told. */
  constructor(
    notifier: Notifier,
    now: () => Instant,
    budgetSteps: readonly number[] = [50, 80, 100],
  ) {
    this.#notifier = notifier
    this.#now = now
    this.#budgetSteps = budgetSteps
  }

  /** Listens to one event. */
  onEvent(event: GatewayEvent): void {
    if (event.kind === 'budget-threshold' && !this.#budgetSteps.includes(event.percent)) return
    const alert = alertOf(event, this.#now())
    if (alert !== undefined) this.notify(alert)
  }

  /** Takes what somebody else found. */
  notify(alert: Alert): void {
    const ended = endings[alert.kind]
    const ends = ended === undefined ? {} : { ends: openKeyOf({ ...alert, kind: ended }) }
    if (this.#isNew(alert)) this.#notifier.notify({ ...alert, ...ends })
  }

  #isNew(alert: Alert): boolean {
    const { kind, at, ends } = alert
    const ended = endings[kind]
    if (ended !== undefined) this.#told.delete(openKeyOf({ ...alert, kind: ended }))
    if (ends !== undefined) this.#told.delete(ends)
    if (ALWAYS.includes(kind)) return true
    const key = openKeyOf(alert)
    const last = this.#told.get(key)
    if (last !== undefined && at - last < limits.quietMs) return false
    this.#told.delete(key)
    this.#told.set(key, at)
    if (this.#told.size > limits.maxRemembered) {
      const oldest = this.#told.keys().next()
      if (oldest.done !== true) this.#told.delete(oldest.value)
    }
    return true
  }
}

/** What an event means for people; undefined for the daily round. */
function alertOf(event: GatewayEvent, at: Instant): Alert | undefined {
  switch (event.kind) {
    case 'price-changed': {
      const { change } = event.recorded
      const isHeld = change.state === 'quarantined'
      return {
        kind: isHeld ? 'price_held' : 'price_changed',
        severity: isHeld || change.kind === 'raised' ? 'warning' : 'info',
        subject: change.offer,
        text: describeChange(event.recorded),
        at,
        data: printChange(event.recorded),
        fact: change.id,
      }
    }
    case 'feed-failed':
      return event.isStale ? staleAlert(event, at) : undefined
    case 'bills-drifted':
      return driftAlert(event, at)
    case 'attempt-settled':
      return settledAlert(event, at)
    case 'provider-down':
    case 'provider-up':
      return providerAlert(event, at)
    case 'latency-exceeded':
    case 'latency-recovered':
      return latencyAlert(event, at)
    case 'budget-threshold':
      return budgetAlert(event, at)
    case 'cost-unusual':
      return unusualAlert(event, at)
    case 'webhook-disabled':
      return disabledAlert(event, at)
    default:
      return undefined
  }
}

const timeOf = (at: Instant): string => new Date(at).toISOString()

type Of<Kind extends GatewayEvent['kind']> = Extract<GatewayEvent, { kind: Kind }>

function staleAlert({ source, error, failures, fetchedAt }: Of<'feed-failed'>, at: Instant): Alert {
  const was = fetchedAt === undefined ? 'never read' : `not read since ${timeOf(fetchedAt)}`
  return {
    ...{ kind: 'feed_stale', severity: 'warning', subject: source, at },
    text: `The price source ${source} was ${was}; prices may be old: ${error}.`,
    data: { source, error, failures, fetched_at: fetchedAt ?? null },
  }
}

function driftAlert(event: Of<'bills-drifted'>, at: Instant): Alert {
  const { offer, direction, bills, billedNano, expectedNano } = event
  const [billed, expected] = [billedNano, expectedNano].map(formatDollars)
  return {
    ...{ kind: 'billing_drift', severity: 'critical', subject: offer, at },
    text: `${offer} bills ${direction} than the price book says: ${billed} for ${expected}.`,
    data: {
      ...{ offer, direction, bills },
      billed: dollarsFromNano(billedNano),
      expected: dollarsFromNano(expectedNano),
    },
  }
}

/** A paid call that cost nothing, or one of which nobody knows whether it was charged. */
function settledAlert({ attempt, images }: Of<'attempt-settled'>, at: Instant): Alert | undefined {
  const { offer, requestId, costNano, costBasis = 'book', outcome } = attempt
  const shared = { subject: offer, at, data: { offer, request_id: requestId } } as const
  if (images > 0 && costNano === 0n) {
    const text = `${offer} made ${images} pictures for nothing: its price is missing or wrong.`
    return { ...shared, kind: 'zero_cost', severity: 'critical', text }
  }
  if (outcome !== 'timeout_unknown' || costBasis !== 'suspected') return undefined
  const text = `${offer} gave no answer; ${formatDollars(costNano)} is booked as suspected.`
  return { ...shared, kind: 'unknown_outcome', severity: 'warning', text }
}

function providerAlert(event: Of<'provider-down'> | Of<'provider-up'>, at: Instant): Alert {
  const { provider, offer, credential } = event
  const subject = offer ?? provider
  const data = { provider, offer: offer ?? null, credential }
  if (event.kind === 'provider-up') {
    const text = `${subject} works again.`
    return { kind: 'provider_up', severity: 'info', subject, text, at, data }
  }
  const { cause, until } = event
  const isOurs = cause === 'credential'
  const text = isOurs
    ? `${subject} refuses our credential ${credential}: check the key and the balance.`
    : `${subject} is left out for now (${cause}); its fallbacks answer.`
  return {
    ...{ kind: 'provider_down', severity: isOurs ? 'critical' : 'warning', subject, text, at },
    data: { ...data, cause, until: timeOf(until) },
  }
}

type LatencyEvent = Of<'latency-exceeded' | 'latency-recovered'>

function latencyAlert(event: LatencyEvent, at: Instant): Alert {
  const { kind, offer, p95Ms, limitMs, calls } = event
  const isSlow = kind === 'latency-exceeded'
  const took = `${calls} calls of ${offer} took ${seconds(p95Ms)} at p95`
  return {
    kind: isSlow ? 'latency_exceeded' : 'latency_recovered',
    severity: isSlow ? 'warning' : 'info',
    subject: offer,
    text: isSlow ? `${took}, more than ${seconds(limitMs)}.` : `${took}, fast enough again.`,
    at,
    data: { offer, p95_ms: Math.round(p95Ms), limit_ms: limitMs, calls },
  }
}

const seconds = (durationMs: number): string => `${Math.round(durationMs / 100) / 10} s`

function budgetAlert(event: Of<'budget-threshold'>, at: Instant): Alert {
  const { budget, tenant, percent, spentNano, limitNano, resetsAt } = event
  const isOver = percent >= 100
  const [spent, limit] = [spentNano, limitNano].map(formatDollars)
  const until = resetsAt === undefined ? '' : `; it begins anew at ${timeOf(resetsAt)}`
  const share =
    isOver && spentNano < limitNano
      ? `The budget ${budget} has no room for a request: ${spent} of ${limit} are taken`
      : `${percent} % of the budget ${budget} are spent: ${spent} of ${limit}`
  return {
    kind: isOver ? 'budget_exceeded' : 'budget_threshold',
    severity: isOver ? 'critical' : percent >= 80 ? 'warning' : 'info',
    subject: budget,
    text: `${share}${until}.`,
    at,
    data: {
      ...{ budget, percent, spent: dollarsFromNano(spentNano) },
      ...{ limit: dollarsFromNano(limitNano), resets_at: resetsAt ?? null },
    },
    ...(tenant === undefined ? {} : { tenant }),
    // Each step of each window and limit once.
    fact: `${tenant ?? ''} ${budget} ${percent} ${limitNano} ${resetsAt ?? ''}`,
  }
}

function unusualAlert(event: Of<'cost-unusual'>, at: Instant): Alert {
  const { attempt, eachNano, usualNano, score } = event
  const { offer, requestId } = attempt
  const [each, usual] = [eachNano, usualNano].map(formatDollars)
  return {
    ...{ kind: 'cost_anomaly', severity: 'warning', subject: offer, at },
    text: `A picture of ${offer} cost ${each}; calls alike cost ${usual}.`,
    data: {
      ...{ offer, request_id: requestId, cost: dollarsFromNano(eachNano) },
      ...{ usual: dollarsFromNano(usualNano), score: Math.round(score * 10) / 10 },
    },
  }
}

function disabledAlert({ destination }: Of<'webhook-disabled'>, at: Instant): Alert {
  const { id, tenant, url, disabledReason = 'asked' } = destination
  const why = disabledReason === 'gone' ? 'answers 410' : 'took nothing for three days'
  return {
    ...{ kind: 'webhook_disabled', severity: 'warning', subject: id, at },
    text: `The webhook ${id} (${url}) ${why} and is disabled; enable it when it works again.`,
    data: { webhook_id: id, url, reason: disabledReason },
    ...(tenant === OPERATOR ? {} : { tenant }),
    fact: `${id} ${at}`,
  }
}
