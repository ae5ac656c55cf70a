import { slotKey } from './feed-entry.ts'
import type { FeedState } from './feed-state.ts'
import type { HoldReason } from './hold-reason.ts'
import type { SourceRef } from './trust.ts'

/** A source that stated a price and now states none, or none that can be one. */
export interface Absence {
  readonly source: SourceRef
  readonly reason: HoldReason
}

/** What is absent at present, by `source|slot`. */
export function absencesOf(readings: FeedState['readings']): ReadonlyMap<string, Absence> {
  const absences = new Map<string, Absence>()
  for (const { source, entries } of Object.values(readings)) {
    for (const { entry, missingSince } of entries) {
      if (entry.what === 'lifecycle') continue
      const key = `${source.id}|${slotKey(entry)}`
      if (entry.what === 'flawed') {
        absences.set(key, { source, reason: { code: entry.flaw, text: entry.text } })
      } else if (missingSince !== null) {
        const text = `${source.id} no longer lists ${entry.evidence.key}`
        absences.set(key, { source, reason: { code: 'disappearing', text } })
      }
    }
  }
  return absences
}
