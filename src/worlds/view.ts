import type { OfferCard, OfferView } from './policy.ts'
import type { Regime } from './regime.ts'
import type { World, WorldOffer } from './world.ts'

/** Makes what policies see, without anything hidden. */
export interface ViewMaker {
  readonly cards: readonly OfferCard[]
  /** Offers that can do what a context asks, at today's list price. */
  offersFor(
    context: number,
    regime: Regime,
    isUp: (provider: string) => boolean,
  ): readonly OfferView[]
  offerNamed(name: string): WorldOffer
  /** Dollars that a picture really costs. */
  billOf(offer: WorldOffer, regime: Regime): number
}

/** Views are made once for each regime and context, and cut down when a provider is down. */
export function viewMaker(world: World): ViewMaker {
  const positions = new Map(world.offers.map(({ name }, position) => [name, position]))
  const cards = world.offers.map(cardOf)
  const known = new Map<Regime, Map<number, readonly OfferView[]>>()
  const positionOf = (name: string): number => {
    const position = positions.get(name)
    if (position === undefined) throw new RangeError(`there is no offer ${name}`)
    return position
  }
  const allFor = (context: number, regime: Regime): readonly OfferView[] => {
    const views = known.get(regime) ?? new Map<number, readonly OfferView[]>()
    known.set(regime, views)
    const found = views.get(context)
    if (found !== undefined) return found
    const { abilities } = world.contexts[context] ?? { abilities: new Map() }
    const made = cards.flatMap((card, position) =>
      abilities.has(card.model) ? [{ card, price: regime.listed[position] as number }] : [],
    )
    views.set(context, made)
    return made
  }
  return {
    cards,
    offersFor(context, regime, isUp) {
      const all = allFor(context, regime)
      const down = new Set(
        [...new Set(all.map(({ card }) => card.provider))].filter((provider) => !isUp(provider)),
      )
      return down.size === 0 ? all : all.filter(({ card }) => !down.has(card.provider))
    },
    offerNamed: (name) => world.offers[positionOf(name)] as WorldOffer,
    billOf: ({ name }, regime) => regime.billed[positionOf(name)] as number,
  }
}

const cardOf = (offer: WorldOffer): OfferCard => ({
  name: offer.name,
  model: offer.model,
  provider: offer.provider,
  tier: offer.tier,
  typicalSeconds: offer.latency.median,
  steps: offer.steps,
  usualSteps: offer.usualSteps,
})
