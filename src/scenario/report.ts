import { percentile } from '../core/breaker/latency.ts'
import { dollarsFromNano, type Nano, sumNano } from '../core/money.ts'
import type { Instant } from '../core/time.ts'
import type { Scenario } from './scenario-file.ts'

/** How one request ended. */
export interface SeenRequest {
  readonly durationMs: number
  /** Absent when its pictures came. */
  readonly errorCode?: string
}

/** One call of a provider. */
export interface SeenCall {
  readonly offer: string
  readonly startedAt: Instant
  readonly outcome: string
  readonly costNano: Nano
}

/** What became of the lines of a batch. */
export interface SeenBatch {
  readonly lines: number
  /** Lines that ended with their pictures. */
  readonly made: number
  /** From the queueing to the end of the last line. */
  readonly durationMs: number
}

/** All that was seen of a rehearsal. */
export interface Sightings {
  readonly requests: readonly SeenRequest[]
  readonly calls: readonly SeenCall[]
  /** Openings of circuit breakers by provider, those of single offers left out. */
  readonly openings: Readonly<Record<string, number>>
  readonly heldNano: Nano
  readonly ledgerFindings: readonly string[]
  readonly simulatedMs: number
  /** What became of the lines of a batch, where there is one. */
  readonly batch?: SeenBatch
}

/** What a rehearsal showed, as it is printed with `--json`. */
export interface ScenarioReport {
  readonly scenario: string
  readonly simulated_s: number
  readonly requests: number
  readonly success: number
  /** Lines that nobody waited for; calls are counted over these and the requests. */
  readonly batch?: { readonly lines: number; readonly made: number; readonly took_s: number }
  readonly errors: Readonly<Record<string, number>>
  readonly calls: number
  readonly calls_per_request: number
  readonly failures: Readonly<Record<string, number>>
  readonly spend: string
  readonly latency_s: { readonly p50: number; readonly p95: number; readonly p99: number }
  readonly providers: readonly ProviderReport[]
  /** Dollars of holds that are still open: 0 when nothing was forgotten. */
  readonly held: string
  readonly ledger_findings: readonly string[]
  /** What was to hold and did not. */
  readonly missed: readonly string[]
}

/** See {@link ScenarioReport}. */
export interface ProviderReport {
  readonly provider: string
  readonly calls: number
  readonly failed: number
  /** The most failed calls that began within one minute. */
  readonly wasted_per_minute: number
  readonly breaker_openings: number
  readonly spend: string
}

const MINUTE_MS = 60_000

/** Sums up what was seen, and holds it against the scenario's goals. */
export function reportOf(scenario: Scenario, seen: Sightings): ScenarioReport {
  const { requests, calls, batch } = seen
  const durations = requests.map(({ durationMs }) => durationMs / 1_000)
  const at = (share: number) => rounded(percentile(durations, share) ?? 0)
  const errors = requests.flatMap(({ errorCode }) => errorCode ?? [])
  const providers = [...Map.groupBy(calls, ({ offer }) => offer.split('/', 1)[0] ?? '')]
    .map(([provider, own]) => providerReport(provider, own, seen.openings[provider] ?? 0))
    .toSorted((first, second) => second.calls - first.calls)
  const report = {
    scenario: scenario.scenario,
    simulated_s: rounded(seen.simulatedMs / 1_000),
    requests: requests.length,
    success: ratio(requests.length - errors.length, requests.length),
    ...(batch === undefined ? {} : { batch: printBatch(batch) }),
    errors: countOf(errors),
    calls: calls.length,
    calls_per_request: ratio(calls.length, requests.length + (batch?.lines ?? 0)),
    failures: countOf(calls.filter(isFailed).map(({ outcome }) => outcome)),
    spend: dollarsFromNano(sumNano(calls.map(({ costNano }) => costNano))),
    latency_s: { p50: at(0.5), p95: at(0.95), p99: at(0.99) },
    providers,
    held: dollarsFromNano(seen.heldNano),
    ledger_findings: seen.ledgerFindings,
  }
  return { ...report, missed: missedGoals(scenario, report) }
}

const printBatch = ({ lines, made, durationMs }: SeenBatch) => ({
  ...{ lines, made },
  took_s: rounded(durationMs / 1_000),
})

function providerReport(
  provider: string,
  calls: readonly SeenCall[],
  openings: number,
): ProviderReport {
  const failed = calls.filter(isFailed)
  return {
    provider,
    calls: calls.length,
    failed: failed.length,
    wasted_per_minute: mostInAMinute(failed.map(({ startedAt }) => startedAt)),
    breaker_openings: openings,
    spend: dollarsFromNano(sumNano(calls.map(({ costNano }) => costNano))),
  }
}

/** The most instants that lie within one minute of each other. */
export function mostInAMinute(instants: readonly Instant[]): number {
  const sorted = instants.toSorted((first, second) => first - second)
  let most = 0
  let first = 0
  for (const [last, instant] of sorted.entries()) {
    while (instant - (sorted[first] ?? instant) >= MINUTE_MS) first += 1
    most = Math.max(most, last - first + 1)
  }
  return most
}

function missedGoals(
  { goals, faults }: Scenario,
  report: Omit<ScenarioReport, 'missed'>,
): readonly string[] {
  const ordered = new Set(faults.flatMap(({ provider }) => provider ?? []))
  const wasted = report.providers.filter(({ provider }) => ordered.has(provider))
  const missed: string[] = []
  const need = (isMet: boolean, what: string): void => {
    if (!isMet) missed.push(what)
  }
  const { success, calls_per_request: most, wasted_per_minute: waste, p95_s: p95 } = goals
  const { lines_made: share } = goals
  if (success !== undefined) {
    need(report.success >= success, `success ${report.success}, at least ${success} wanted`)
  }
  if (most !== undefined) {
    need(report.calls_per_request <= most, `${report.calls_per_request} calls a request`)
  }
  for (const { provider, wasted_per_minute: own } of waste === undefined ? [] : wasted) {
    need(own <= (waste ?? own), `${own} wasted calls a minute at ${provider}`)
  }
  if (p95 !== undefined) need(report.latency_s.p95 <= p95, `p95 of ${report.latency_s.p95} s`)
  if (share !== undefined && report.batch !== undefined) {
    const { made, lines } = report.batch
    need(made >= share * lines, `${made} of ${lines} lines were made`)
  }
  // These are no goals of somebody's choice: they hold in every rehearsal.
  need(report.held === '0', `holds of ${report.held} dollars are left open`)
  need(report.ledger_findings.length === 0, 'the ledger does not balance')
  return missed
}

const isFailed = ({ outcome }: SeenCall): boolean => outcome !== 'produced'

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000

const ratio = (part: number, whole: number): number =>
  whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 10_000

const countOf = (names: readonly string[]): Readonly<Record<string, number>> => {
  const groups = Map.groupBy(names, (name) => name)
  return Object.fromEntries([...groups].map(([name, all]) => [name, all.length] as const).sort())
}
