import { type Alert, openKeyOf } from '../core/alerts/alert.ts'
import type { AlertRules } from '../core/alerts/alert-rules.ts'
import { modelShutdown } from '../core/alerts/conditions/model-shutdown.ts'
import { comparedKinds, findAlarms } from '../core/alerts/find-alarms.ts'
import type { Finding } from '../core/alerts/finding.ts'
import { BASELINE_DAYS } from '../core/alerts/quality-sums.ts'
import { DAY_MS } from '../core/time.ts'
import { quarterOf } from '../core/usage/slots.ts'
import type { StoredAlert } from '../ports/alert-store.ts'
import type { Notifier } from '../ports/notifier.ts'
import type { AlertBook } from './alert-book.ts'
import type { Dependencies } from './dependencies.ts'
import { readQuality } from './read-quality.ts'
import { bookInUse } from './usage-report.ts'

/** How often is looked, and when things are over. */
const limits = {
  turnMs: 300_000,
  /** What was not found for so long is over; a figure that lies at its limit must not flap. */
  overAfterMs: 2 * 3_600_000,
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
  for (const open of await stores.alerts.open(comparedKinds)) {
    if (isOver(open, compared, now)) alerts.notify(endOf(open, now))
  }
}

function isOver(open: StoredAlert, found: readonly Finding[], now: number): boolean {
  const isFound = found.some((finding) => openKeyOf(finding) === openKeyOf(open))
  return !isFound && now - open.lastAt >= limits.overAfterMs
}

const endOf = ({ kind, subject }: StoredAlert, at: number): Alert => ({
  ...{ kind: 'recovered', severity: 'info', subject, at },
  text: `${subject}: ${kind.replaceAll('_', ' ')} is over.`,
  data: { was: kind },
  ends: openKeyOf({ kind, subject }),
})

async function offersInUse({ stores, clock, snapshot }: AlarmParts): Promise<ReadonlySet<string>> {
  const to = quarterOf(clock.now())
  const book = bookInUse(snapshot().providers.values())
  const rows = await stores.usage.sums({ from: to - limits.inUseMs, to, book })
  return new Set(rows.map(({ series }) => series.offer))
}
