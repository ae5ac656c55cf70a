import { type Model, offerName } from '../../../catalog/model.ts'

/** Leads the names that a source uses to the offers of the catalogue. */
export interface OfferNames {
  /** The offer of a model in the catalogue, by any of its names there; undefined when unknown. */
  known(provider: string, names: readonly string[]): string | undefined
}

/** Makes the look-up once for all rows of a source. */
export function makeOfferNames(models: readonly Model[]): OfferNames {
  const offers = new Map<string, string>()
  for (const model of models) {
    const names = [model.id, ...model.otherNames, ...(model.wireName ? [model.wireName] : [])]
    for (const name of names) {
      const key = `${model.provider}/${name}`.toLowerCase()
      if (!offers.has(key)) offers.set(key, offerName(model))
    }
  }
  return {
    known: (provider, names) =>
      names
        .map((name) => offers.get(`${provider}/${name}`.toLowerCase()))
        .find((offer) => offer !== undefined),
  }
}
