import { dayOf } from '../../time.ts'
import { kindOf, withId } from './diff.ts'
import type { PriceRowChange } from './price-change.ts'
import type { QuarantineItem } from './quarantine.ts'

/** The event that tells of a change that waits. It changes no book. */
export function heldChangeEvent(
  item: QuarantineItem,
  digest: (text: string) => string,
): PriceRowChange {
  const next = item.candidate.at(-1) ?? null
  const change = {
    subject: 'price' as const,
    kind: kindOf(item.standing ?? undefined, next, item.factor ?? undefined),
    ...item.slot,
    old: item.standing,
    new: next,
    factor: item.factor,
    rows: item.candidate,
    source: item.source.id,
    foundAt: item.heldSince,
    effectiveFrom: next?.valid_from ?? dayOf(item.heldSince),
    state: 'quarantined' as const,
    reasons: item.reasons,
  }
  return withId(change, digest)
}
