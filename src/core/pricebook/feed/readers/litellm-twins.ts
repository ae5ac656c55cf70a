import { slotKey } from '../feed-entry.ts'
import type { LitellmItem } from './litellm-item.ts'
import type { Sorted } from './litellm-sizes.ts'

/**
 * Keeps one row for each slot: the one under the catalogue's own name of the model, then the
 * shortest key. Dated snapshots and prefixed keys repeat their model.
 */
export function withoutOtherNames(items: readonly LitellmItem[]): Sorted {
  const slots = Map.groupBy(items, ({ entry }) => slotKey(entry))
  const best = new Set([...slots.values()].flatMap((twins) => twins.toSorted(byName)[0] ?? []))
  const others = items.filter((item) => !best.has(item))
  const skipped = others.map(({ key, entry }) => ({
    key,
    code: 'other_name' as const,
    text: `another name of ${entry.offer}`,
  }))
  return { items: items.filter((item) => best.has(item)), skipped }
}

function byName(first: LitellmItem, second: LitellmItem): number {
  if (first.isOwnName !== second.isOwnName) return first.isOwnName ? -1 : 1
  if (first.key.length !== second.key.length) return first.key.length - second.key.length
  return first.key < second.key ? -1 : 1
}
