import { type PriceRow, type PriceRowInput, priceRowSchema } from '../core/pricebook/price-row.ts'

/** A price row that costs `usd` for each image of `acme/painter`, for good. */
export const sampleRow = (usd: string, changes: Partial<PriceRowInput> = {}): PriceRow =>
  priceRowSchema.parse({
    offer: 'acme/painter',
    operation: 'generate',
    components: [{ kind: 'per_image', usd }],
    valid_from: '2026-01-01',
    source: { url: 'https://example.com/prices', read_at: '2026-11-20', confidence: 'high' },
    ...changes,
  })

/** Dollars for one image by a row of {@link sampleRow}. */
export function usdOf(row: PriceRow | undefined): string | undefined {
  const [component] = row?.components ?? []
  return component?.kind === 'per_image' ? component.usd : undefined
}
