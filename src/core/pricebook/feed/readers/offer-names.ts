/** As much of a model of the catalogue as a name is found by. */
export interface NamedModel {
  readonly provider: string
  readonly id: string
  readonly otherNames: readonly string[]
  readonly wireName?: string
}

/** Leads the names that a source uses to the offers of the catalogue. */
export interface OfferNames {
  /** The offer of a model in the catalogue, by any of its names there; undefined when unknown. */
  known(provider: string, names: readonly string[]): string | undefined
}

/** Makes the look-up once for all rows of a source. */
export function makeOfferNames(models: readonly NamedModel[]): OfferNames {
  const offers = new Map<string, string>()
  for (const model of models) {
    const names = [model.id, ...model.otherNames, ...(model.wireName ? [model.wireName] : [])]
    for (const name of names) {
      const key = `${model.provider}/${name}`.toLowerCase()
      if (!offers.has(key)) offers.set(key, `${model.provider}/${model.id}`)
    }
  }
  return {
    known: (provider, names) =>
      names
        .map((name) => offers.get(`${provider}/${name}`.toLowerCase()))
        .find((offer) => offer !== undefined),
  }
}
