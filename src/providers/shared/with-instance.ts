import type { Model } from '../../core/catalog/model.ts'
import type { PriceRow } from '../../core/pricebook/price-row.ts'
import type { ProviderDefinition, ProviderInstance } from './definition.ts'

/**
 * The definition of one account: the catalogue of its kind under the account's own name, and what
 * the operator added. A model of the operator's stands in for a listed one of the same name.
 */
export function withInstance(
  kind: ProviderDefinition,
  { id, baseUrl }: Pick<ProviderInstance, 'id' | 'baseUrl'>,
  added: { readonly models: readonly Model[]; readonly prices: readonly PriceRow[] },
): ProviderDefinition {
  const replaced = new Set(added.models.map((model) => model.id))
  const models = kind.models.filter((model) => !replaced.has(model.id))
  const kept = new Set(models.map((model) => `${kind.id}/${model.id}`))
  return {
    ...kind,
    id,
    ...(id === kind.id ? {} : { displayName: `${kind.displayName} (${id})` }),
    ...(baseUrl === undefined ? {} : { origin: { ...kind.origin, baseUrl } }),
    models: [...models.map((model) => ({ ...model, provider: id })), ...added.models],
    prices: [
      ...kind.prices
        .filter(({ offer }) => kept.has(offer))
        .map((row) => ({ ...row, offer: `${id}${row.offer.slice(kind.id.length)}` })),
      ...added.prices,
    ],
  }
}
