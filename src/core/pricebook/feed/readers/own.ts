import { z } from 'zod'
import { isObject } from '../../../json.ts'
import { validatePriceBook } from '../../price-book.ts'
import { type PriceRow, priceRowSchema } from '../../price-row.ts'
import { type FeedEntry, type FeedReading, type SkippedEntry, slotOf } from '../feed-entry.ts'
import { currencyOf } from '../guard.ts'

/** More rows than any book has; more are a mistake. */
const MAX_ROWS = 20_000

const lifecycle = z.strictObject({
  offer: z.string().regex(/^[a-z0-9][a-z0-9_-]*\/\S+$/),
  deprecated_at: z.iso.date().nullish(),
  shutdown_at: z.iso.date().nullish(),
  replacement: z.string().nullish(),
  source: z.strictObject({ url: z.url({ protocol: /^(https?|urn)$/ }), read_at: z.iso.date() }),
})

/** A feed in our own form: price rows, alone or beside lifecycles. */
const file = z.union([
  z.array(z.unknown()).transform((prices) => ({ prices, lifecycles: [] as unknown[] })),
  z.strictObject({
    prices: z.array(z.unknown()).max(MAX_ROWS),
    lifecycles: z.array(z.unknown()).max(MAX_ROWS).default([]),
  }),
])

/**
 * Reads a feed in the form of our own price files: a list of price rows, or `prices` beside
 * `lifecycles`. Undefined when it is neither. A row that cannot be read is left out with the
 * reason, and so are all rows of an offer whose rows contradict each other.
 */
export function readOwn(
  json: unknown,
  { source }: { readonly source: string },
): FeedReading | undefined {
  const parsed = file.safeParse(json)
  if (!parsed.success) return undefined
  const skipped: SkippedEntry[] = []
  const rows = parsed.data.prices.flatMap((price, index): PriceRow[] => {
    const row = priceRowSchema.safeParse(price)
    if (row.success) return [row.data]
    skipped.push(unreadable(keyOf(price, index), row.error))
    return []
  })
  const prices = [...Map.groupBy(rows, ({ offer }) => offer)].flatMap(([offer, own]) => {
    const [problem] = validatePriceBook(own)
    if (problem === undefined) return own.map((row) => priceOf(row, source))
    skipped.push({ key: offer, code: 'unreadable', text: problem })
    return []
  })
  const lives = parsed.data.lifecycles.flatMap((value, index): FeedEntry[] => {
    const life = lifecycle.safeParse(value)
    if (life.success) return [lifeOf(life.data, source)]
    skipped.push(unreadable(keyOf(value, index), life.error))
    return []
  })
  return { entries: [...prices, ...lives], skipped }
}

const keyOf = (value: unknown, index: number): string =>
  isObject(value) && typeof value.offer === 'string' ? value.offer : `row ${index + 1}`

const unreadable = (key: string, error: z.ZodError): SkippedEntry => {
  const [issue] = error.issues
  const text = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`
  return { key, code: 'unreadable', text }
}

function priceOf(row: PriceRow, source: string): FeedEntry {
  return {
    what: 'price',
    ...slotOf(row),
    components: row.components,
    modifiers: row.modifiers ?? [],
    billedOn: row.billed_on,
    validFrom: row.valid_from,
    validTo: row.valid_to,
    currency: currencyOf(row),
    confidence: row.source.confidence,
    doubts: [],
    evidence: {
      source,
      key: row.offer,
      url: row.source.url,
      readAt: row.source.read_at,
      ...(row.source.note === undefined ? {} : { note: row.source.note }),
    },
  }
}

function lifeOf(life: z.output<typeof lifecycle>, source: string): FeedEntry {
  const { deprecated_at, shutdown_at, replacement } = life
  return {
    what: 'lifecycle',
    offer: life.offer,
    lifecycle: {
      ...(deprecated_at == null ? {} : { deprecatedAt: deprecated_at }),
      ...(shutdown_at == null ? {} : { shutdownAt: shutdown_at }),
      ...(replacement == null ? {} : { replacement }),
    },
    evidence: {
      source,
      key: life.offer,
      url: life.source.url,
      readAt: life.source.read_at,
    },
  }
}
