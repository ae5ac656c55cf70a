import { z } from 'zod'
import { sumNano } from '../../../money.ts'
import type { FeedEntry, FeedReading, PriceEntry, SkippedEntry } from '../feed-entry.ts'
import { quoteReferences } from '../reference-quote.ts'
import { toRow } from '../to-row.ts'
import { fromOpenRouterLines, pricingLine } from './openrouter-lines.ts'
import type { ReaderContext } from './reader-context.ts'

/** Where OpenRouter's API begins. */
export const OPENROUTER_URL = 'https://openrouter.ai/api/v1'

/** `GET /images/models/{author}/{slug}/endpoints` (openrouter.ai/docs, API reference, 2026-11). */
const modelEndpoints = z.object({
  id: z.string().regex(/^[^\s/]+\/[^\s/]+$/),
  endpoints: z.array(
    z.object({
      provider_slug: z.string(),
      pricing: z.array(pricingLine),
      supported_parameters: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
})
type ModelEndpoints = z.output<typeof modelEndpoints>
type Endpoint = ModelEndpoints['endpoints'][number]

/**
 * Reads the suppliers' price lines of models at OpenRouter. Which supplier serves a call is not
 * known before it, so an offer has the price of the dearest one: a hold must cover it. A supplier
 * with a price that no structure can express makes the offer unpriced, for the same reason.
 */
export function readOpenRouter(answers: readonly unknown[], context: ReaderContext): FeedReading {
  const entries: FeedEntry[] = []
  const skipped: SkippedEntry[] = []
  for (const [index, answer] of answers.entries()) {
    const model = modelEndpoints.safeParse(answer)
    if (model.success) readModel(model.data, context, entries, skipped)
    else {
      const text = z.prettifyError(model.error).split('\n', 1)[0] ?? ''
      skipped.push({ key: `answer ${index + 1}`, code: 'unreadable', text })
    }
  }
  return { entries, skipped }
}

interface Supply {
  readonly key: string
  readonly entries: readonly FeedEntry[]
}

function readModel(
  model: ModelEndpoints,
  context: ReaderContext,
  entries: FeedEntry[],
  skipped: SkippedEntry[],
): void {
  const supplies: Supply[] = []
  for (const endpoint of model.endpoints) {
    const supply = supplyOf(model.id, endpoint, context)
    if ('code' in supply) {
      skipped.push(supply)
      return
    }
    supplies.push(supply)
  }
  const [dearest, ...others] = supplies.toSorted(byPrice)
  if (dearest === undefined) {
    skipped.push({ key: model.id, code: 'no_price', text: 'nobody supplies it at present' })
    return
  }
  entries.push(...dearest.entries)
  for (const { key } of others) {
    const text = `${dearest.key} costs as much or more`
    skipped.push({ key, code: 'cheaper_supplier', text })
  }
}

function supplyOf(id: string, endpoint: Endpoint, context: ReaderContext): Supply | SkippedEntry {
  const key = `${id} by ${endpoint.provider_slug}`
  const prices = fromOpenRouterLines(endpoint.pricing)
  if (!prices.ok) return { key, code: prices.refusal.code, text: prices.refusal.text }
  const takesImages =
    'input_references' in endpoint.supported_parameters ||
    endpoint.pricing.some(({ billable }) => /^input_(image|reference)$/.test(billable))
  const operations = takesImages ? ['generate', 'edit'] : ['generate']
  const offer = context.names.known('openrouter', [id]) ?? `openrouter/${id}`
  const url = `${OPENROUTER_URL}/images/models/${id}/endpoints`
  const evidence = { source: context.source, key, url, readAt: context.today }
  const entries = prices.value.flatMap((price) =>
    operations.map((operation): FeedEntry => {
      const { selector } = price
      if (price.kind === 'flawed') {
        const { flaw, text } = price
        return { what: 'flawed', offer, operation, selector, flaw, text, evidence }
      }
      return {
        what: 'price',
        offer,
        operation,
        selector,
        components: price.components,
        modifiers: price.modifiers,
        validFrom: context.today,
        validTo: null,
        currency: 'USD',
        confidence: price.isRounded ? 'medium' : 'high',
        doubts: [],
        evidence,
      }
    }),
  )
  return { key, entries }
}

/** The dearest supplier first; a flawed one before all, because its price is not known. */
function byPrice(first: Supply, second: Supply): number {
  const [one, other] = [weightOf(first), weightOf(second)]
  if (one === other) return first.key < second.key ? -1 : 1
  return one > other ? -1 : 1
}

function weightOf({ entries }: Supply): bigint | number {
  if (entries.some(({ what }) => what === 'flawed')) return Number.POSITIVE_INFINITY
  return sumNano(entries.flatMap((entry) => (entry.what === 'price' ? quotesOf(entry) : [])))
}

function quotesOf(entry: PriceEntry): readonly bigint[] {
  const row = toRow(entry, undefined)
  return row === undefined ? [] : [...quoteReferences([row], entry, row.valid_from).values()]
}
