import type { OfferView, PolicyDecision, PolicyMaker, RequestView } from './policy.ts'

/** Names of offers to try, out of those at their usual step count. */
type Choose = (offers: readonly OfferView[], request: RequestView) => readonly string[]

/** Always the cheapest offer that can do it. */
export const cheapPolicy = fixed('cheap', (offers) => [byPrice(offers).at(0)])

/** Always the dearest offer that can do it. */
export const premiumPolicy = fixed('premium', (offers) => [byPrice(offers).at(-1)])

/** Models by purpose, as teams write them down once; a name per spelling in the example worlds. */
const TABLE: Readonly<Record<string, readonly string[]>> = {
  thumbnail: ['schnell'],
  thumb: ['schnell'],
  text: ['gpt-image-med', 'gptimg-med'],
  edit: ['gpt-image-med', 'gptimg-med'],
  hero: ['dalle3-hd'],
  social: ['flux-pro'],
}
const OTHERS = ['dalle3']

/** A model for each purpose; the dearest where the world has not got it. */
export const staticPolicy = fixed('static', (offers, { purpose }) => {
  const wanted = TABLE[purpose] ?? OTHERS
  const found = offers.find(({ card }) => wanted.includes(card.name))
  return [found ?? byPrice(offers).at(-1)]
})

const CASCADE = [['schnell'], ['gpt-image-med', 'gptimg-med'], ['imagen3']]

/** The same three models for everything, each when the gate has refused the one before. */
export const cascadePolicy = fixed('cascade', (offers) => {
  const found = CASCADE.map((names) => offers.find(({ card }) => names.includes(card.name)))
  return found.every((offer) => offer === undefined) ? [byPrice(offers).at(-1)] : found
})

const byPrice = (offers: readonly OfferView[]): readonly OfferView[] =>
  [...offers].sort((one, other) => one.price - other.price)

/**
 * Step counts are not touched: all baselines take offers as their models are usually run, so that
 * they mean the same in every world.
 */
export const atUsualSteps = (offers: readonly OfferView[]): readonly OfferView[] =>
  offers.filter(({ card }) => card.steps === card.usualSteps)

function fixed(
  name: string,
  choose: (
    offers: readonly OfferView[],
    request: RequestView,
  ) => readonly (OfferView | undefined)[],
): PolicyMaker {
  const namesOf: Choose = (offers, request) => {
    const usual = atUsualSteps(offers)
    const chosen = choose(usual.length > 0 ? usual : offers, request)
    const names = chosen.flatMap((offer) => (offer === undefined ? [] : [offer.card.name]))
    const left = names.filter((each) => !request.refused.includes(each))
    return (left.length > 0 ? left : names).slice(0, request.attemptsLeft)
  }
  const decide = (request: RequestView): PolicyDecision => ({
    steps: namesOf(request.offers, request),
    ...{ isGated: true, exploringExtra: 0 },
    explanation: {
      chosen: `${name} is fixed`,
      losers: new Map(request.offers.map(({ card }) => [card.name, `not what ${name} takes`])),
    },
  })
  return () => ({ decide, observe: () => {} })
}
