import type { Component } from '../../../pricing/structures/index.ts'
import { type PriceEntry, slotKey } from '../feed-entry.ts'
import type { LitellmItem } from './litellm-item.ts'

/**
 * Puts the rows of one model and size that differ in steps into one price by tiers: `50-steps` is
 * the price up to fifty, `max-steps` the price beyond.
 */
export function mergeSteps(items: readonly LitellmItem[]): readonly LitellmItem[] {
  const plain = items.filter(({ parts }) => parts.steps === null)
  const stepped = Map.groupBy(
    items.filter(({ parts }) => parts.steps !== null),
    ({ entry }) => slotKey(entry),
  )
  return [...plain, ...[...stepped.values()].flatMap((group) => tierOf(group) ?? [])]
}

function tierOf(group: readonly LitellmItem[]): LitellmItem | undefined {
  const bounds = group.flatMap(({ parts }) => (typeof parts.steps === 'number' ? parts.steps : []))
  const last = Math.max(...bounds)
  const usd: Record<string, string> = {}
  for (const { parts, entry } of group) {
    const price = priceOf(entry)
    if (price === undefined) continue
    if (typeof parts.steps === 'number') usd[`<=${parts.steps}`] = price
    else if (bounds.length > 0) usd[`>${last}`] = price
  }
  const [first] = group
  const priced = group.find(({ entry }) => entry.what === 'price')
  if (first === undefined || priced?.entry.what !== 'price') return first
  const component: Component = { kind: 'per_step_tier', usd }
  const key = group.map((item) => item.key).join(' + ')
  const entry: PriceEntry = {
    ...priced.entry,
    components: [component],
    evidence: { ...priced.entry.evidence, key },
  }
  return Object.keys(usd).length === 0 ? first : { ...priced, key, entry }
}

function priceOf(entry: LitellmItem['entry']): string | undefined {
  const [component] = entry.what === 'price' ? entry.components : []
  return component?.kind === 'per_image' ? component.usd : undefined
}
