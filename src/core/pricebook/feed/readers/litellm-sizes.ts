import type { SkipCode, SkippedEntry } from '../feed-entry.ts'
import { quoteReferences } from '../reference-quote.ts'
import { toRow } from '../to-row.ts'
import type { LitellmItem } from './litellm-item.ts'

/** Items that may stand, and those that may not. */
export interface Sorted {
  readonly items: readonly LitellmItem[]
  readonly skipped: readonly SkippedEntry[]
}

/** The levels of models whose `standard` and nameless rows repeat the price of `low`. */
const LEVELS: readonly (string | null)[] = ['low', 'medium', 'high']

/**
 * Takes out the rows that would price calls wrongly beside the other rows of the same model: sizes
 * of a model that is sold by the token, rows for any quality that carry the lowest one's price, and
 * a price for any size that is below one of the sizes.
 */
export function withoutMisleading(items: readonly LitellmItem[]): Sorted {
  const groups = Map.groupBy(items, ({ entry }) => `${entry.offer}|${entry.operation}`)
  const byToken = new Set(items.filter(isByToken).map(({ entry }) => entry.offer))
  const skipped: SkippedEntry[] = []
  const kept = [...groups.values()].flatMap((group) =>
    group.filter((item) => {
      const reason = reasonAgainst(item, group, byToken)
      if (reason !== undefined) skipped.push({ key: item.key, ...reason })
      return reason === undefined
    }),
  )
  return { items: kept, skipped }
}

function reasonAgainst(
  item: LitellmItem,
  group: readonly LitellmItem[],
  byToken: ReadonlySet<string>,
): { readonly code: SkipCode; readonly text: string } | undefined {
  const { quality } = item.entry.selector
  const isPlain = isForAny(item)
  if (!isPlain && byToken.has(item.entry.offer)) {
    const text = 'an estimate of what the tokens of this model come to'
    return { code: 'estimate_of_tokens', text }
  }
  const hasLevels = group.some((other) => LEVELS.includes(other.entry.selector.quality))
  if (!isPlain && hasLevels && !LEVELS.includes(quality)) {
    const text = 'the price of low quality, under a name for any'
    return { code: 'any_quality_is_the_lowest', text }
  }
  if (isPlain && !isByToken(item) && isUndercutting(item, group)) {
    const text = 'one price for all, below what the file lists for some size'
    return { code: 'covered_by_sizes', text }
  }
  return undefined
}

const isForAny = ({ entry }: LitellmItem): boolean =>
  entry.selector.quality === null && entry.selector.size === null

const isByToken = ({ entry }: LitellmItem): boolean =>
  entry.what === 'price' && entry.components.some(({ kind }) => kind === 'tokens')

/** Whether a price for any size is below the price of a listed one. */
function isUndercutting(plain: LitellmItem, group: readonly LitellmItem[]): boolean {
  const sized = group.filter((other) => !isForAny(other))
  if (sized.length === 0) return false
  const [least] = quotesOf(plain)
  const most = sized
    .map((other) => quotesOf(other).at(-1) ?? 0n)
    .reduce((best, nano) => (nano > best ? nano : best), 0n)
  return most > 0n && (least === undefined || least < most)
}

/** What the item costs at the reference requests, cheapest first. */
function quotesOf({ entry }: LitellmItem): readonly bigint[] {
  const row = entry.what === 'price' ? toRow(entry, undefined) : undefined
  if (row === undefined) return []
  const quotes = quoteReferences([row], entry, row.valid_from)
  return [...quotes.values()].sort((first, second) => (first < second ? -1 : 1))
}
