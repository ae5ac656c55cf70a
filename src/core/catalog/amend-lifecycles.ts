import type { OfferLifecycle } from '../pricebook/feed/lifecycle.ts'
import type { Catalog } from './catalog.ts'
import { type Model, offerName } from './model.ts'

/**
 * The catalogue with the dates that price sources announced: a model that its provider is going to
 * shut down is warned of and then refused, although the catalogue that ships does not know it yet.
 * What a source does not say stays as it was. So does an offer that only disappeared from a list:
 * it has no price any more, which is enough.
 */
export function amendLifecycles(catalog: Catalog, lifecycles: readonly OfferLifecycle[]): Catalog {
  if (lifecycles.length === 0) return catalog
  const byOffer = new Map(lifecycles.map((lifecycle) => [lifecycle.offer, lifecycle]))
  return { ...catalog, models: catalog.models.map((model) => amended(model, byOffer)) }
}

function amended(model: Model, byOffer: ReadonlyMap<string, OfferLifecycle>): Model {
  const said = byOffer.get(offerName(model))
  if (said === undefined) return model
  const { deprecatedAt, shutdownAt, replacement } = said
  return {
    ...model,
    lifecycle: {
      ...model.lifecycle,
      ...(deprecatedAt === null ? {} : { deprecatedAt }),
      ...(shutdownAt === null ? {} : { shutdownAt }),
      ...(replacement === null ? {} : { replacement }),
    },
  }
}
