import { type Alert, openKeyOf } from '../core/alerts/alert.ts'
import type { AlertRules } from '../core/alerts/alert-rules.ts'
import { modelShutdown } from '../core/alerts/conditions/model-shutdown.ts'
import { findAlarms } from '../core/alerts/find-alarms.ts'
import { type AlertTruths, isOver, lastingKinds, type OpenAlert } from '../core/alerts/is-over.ts'
import { BASELINE_DAYS } from '../core/alerts/quality-sums.ts'
import { DAY_MS } from '../core/time.ts'
import { quarterOf } from '../core/usage/slots.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { AlertBook } from './alert-book.ts'
import type { Dependencies } from './dependencies.ts'
import { readQuality } from './read-quality.ts'
import { bookInUse } from './usage-report.ts'

/** How often is looked. */
const limits = {
  turnMs: 300_000,
  /** Offers that were called in this time are in use. */
  inUseMs: 30 * DAY_MS,
} as const

/** What the loop is made of. */
export interface AlarmParts extends Pick<Dependencies, 'stores' | 'clock' | 'log' | 'snapshot'> {
  readonly rules: AlertRules
  readonly book: AlertBook
  /** Where findings go: to the desk that remembers what it told. */
  readonly alerts: Pick<Notifier, 'notify'>
}

/** Looks again and again for what no single event tells, until its signal aborts. */
export async function runAlarms(parts: AlarmParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await parts.book.tellHeld()
      await lookForAlarms(parts)
    } catch (error) {
      parts.log.error({ error }, 'alerts could not be worked out')
    }
    await parts.clock.sleep(limits.turnMs, signal).catch(() => undefined)
  }
}

/** One look: tells what is alarming, and what is not any more. */
export async function lookForAlarms(parts: AlarmParts): Promise<void> {
  const { stores, clock, rules, alerts, snapshot } = parts
  const now = clock.now()
  const { catalog, providers } = snapshot()
  const book = bookInUse(providers.values())
  const days = await readQuality({ now, days: BASELINE_DAYS + 1, book }, stores)
  const compared = findAlarms(days, rules)
  const used = await offersInUse(parts)
  const endings = modelShutdown(catalog.models, used, now, rules)
  for (const finding of [...compared, ...endings]) alerts.notify({ ...finding, at: now })
  const found = new Set([...compared, ...endings].map(openKeyOf))
  await endWhatIsOver((alert) => found.has(openKeyOf(alert)), parts)
}

/** Ends open alerts; of facts only what was critical is told to be over, because it may page. */
async function endWhatIsOver(
  isFound: AlertTruths['isFound'],
  { stores, clock, alerts }: AlarmParts,
): Promise<void> {
  const open = await stores.alerts.open(lastingKinds)
  if (open.length === 0) return
  const now = clock.now()
  const [budgets, destinations, sources, feed] = await Promise.all([
    stores.budgets.list(),
    stores.notices.destinations(),
    stores.prices.sources(),
    stores.prices.feed(),
  ])
  const truths: AlertTruths = {
    ...{ now, isFound, budgets },
    disabled: idsOf(destinations.filter(({ disabledAt }) => disabledAt !== undefined)),
    failing: idsOf(sources.filter(({ failures }) => failures > 0)),
    held: new Set(feed.state.quarantine.map(({ slot }) => slot.offer)),
  }
  for (const alert of open.filter((each) => isOver(each, truths))) {
    if (alert.fact === undefined || alert.severity === 'critical') alerts.notify(endOf(alert, now))
    else await stores.alerts.resolve(openKeyOf(alert), now)
  }
}

const idsOf = (all: readonly { readonly id: string }[]): ReadonlySet<string> =>
  new Set(all.map(({ id }) => id))

const endOf = ({ kind, subject, fact }: OpenAlert, at: number): Alert => ({
  ...{ kind: 'recovered', severity: 'info', subject, at },
  text: `${subject}: ${kind.replaceAll('_', ' ')} is over.`,
  data: { was: kind },
  ends: openKeyOf({ kind, subject, ...(fact === undefined ? {} : { fact }) }),
})

async function offersInUse({ stores, clock, snapshot }: AlarmParts): Promise<ReadonlySet<string>> {
  const to = quarterOf(clock.now())
  const book = bookInUse(snapshot().providers.values())
  const rows = await stores.usage.sums({ from: to - limits.inUseMs, to, book })
  return new Set(rows.map(({ series }) => series.offer))
}
