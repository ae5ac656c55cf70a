import type { JsonObject } from '../core/json.ts'
import type { QuarantineItem } from '../core/pricebook/feed/quarantine.ts'
import type { Instant } from '../core/time.ts'
import type { PriceSource } from '../ports/price-source.ts'
import type { SourceStatus } from '../ports/price-store.ts'

const instant = (at: Instant | undefined): string | null =>
  at === undefined ? null : new Date(at).toISOString()

/** A price source and how its last looks went, for callers and the command line. */
export const printSource = (
  source: Pick<PriceSource, 'id' | 'kind' | 'trust' | 'everyMs'>,
  status: SourceStatus | undefined,
  now: Instant,
): JsonObject => ({
  id: source.id,
  object: 'price.source',
  kind: source.kind,
  trust: source.trust,
  every_seconds: Math.round(source.everyMs / 1_000),
  fetched_at: instant(status?.fetchedAt),
  age_seconds:
    status?.fetchedAt === undefined
      ? null
      : Math.max(0, Math.round((now - status.fetchedAt) / 1_000)),
  failures: status?.failures ?? 0,
  failed_at: instant(status?.failedAt),
  error: status?.error ?? null,
  due_at: instant(status?.dueAt),
})

/** A change that waits, with the reasons and what to do about it. */
export const printHeld = (item: QuarantineItem): JsonObject => ({
  id: item.id,
  object: 'price.held',
  state: item.state,
  offer: item.slot.offer,
  operation: item.slot.operation,
  when: { ...item.slot.selector },
  source: item.source.id,
  candidate: item.candidate as unknown as readonly JsonObject[],
  standing: item.standing as unknown as JsonObject | null,
  factor: item.factor as unknown as JsonObject | null,
  reasons: item.reasons.map((reason) => ({ ...reason })),
  sightings: item.sightings,
  held_since: instant(item.heldSince),
  last_seen: instant(item.lastSeen),
  decided_by: item.decidedBy,
  decided_at: instant(item.decidedAt ?? undefined),
})
