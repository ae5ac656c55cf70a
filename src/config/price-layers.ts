import type { Markup, PriceLayers, PricePart } from '../core/pricebook/layers.ts'
import type { Settings } from './schema.ts'

/** The layers that the settings and the providers make, the same for a server and for commands. */
export function priceLayers(
  { priceOverrides }: Pick<Settings, 'priceOverrides'>,
  parts: { readonly books: readonly PricePart[]; readonly live: readonly PricePart[] },
): { readonly layers: PriceLayers; readonly markups: readonly Markup[] } {
  const { rows, markups } = priceOverrides
  const override = rows.length === 0 ? [] : [{ name: 'overrides', rows }]
  return { layers: { override, book: parts.books, live: parts.live }, markups }
}
