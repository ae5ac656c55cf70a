import type {
  OfferCard,
  OfferView,
  PolicyDecision,
  PolicyMaker,
  RequestView,
  Tier,
} from './policy.ts'

/** What is there for one request, at usual step counts. */
interface Choice {
  readonly offers: readonly OfferView[]
  readonly purpose: string
  /** All offers of the world, also those that cannot do this. */
  readonly cards: readonly OfferCard[]
}

type Choose = (choice: Choice) => readonly (OfferView | undefined)[]

/** Always the cheapest offer that can do it. */
export const cheapPolicy = fixed('cheap', ({ offers }) => [byPrice(offers).at(0)])

/** Always the dearest offer that can do it. */
export const premiumPolicy = fixed('premium', ({ offers }) => [byPrice(offers).at(-1)])

/** An offer by the names it has in the example worlds, else by its place among the others. */
interface Role {
  readonly names: readonly string[]
  readonly among: Tier | 'all'
  readonly end: 'cheapest' | 'dearest'
}

const QUICK: Role = { names: ['schnell'], among: 'all', end: 'cheapest' }
const MEDIUM: Role = {
  ...{ names: ['gpt-image-med', 'gptimg-med'], among: 'standard', end: 'cheapest' },
}
const SOLID: Role = { names: ['dalle3'], among: 'standard', end: 'dearest' }
const FINE: Role = { names: ['imagen3'], among: 'standard', end: 'dearest' }
const FANCY: Role = { names: ['flux-pro'], among: 'premium', end: 'cheapest' }
const FINEST: Role = { names: ['dalle3-hd'], among: 'all', end: 'dearest' }

/** Models by purpose, as teams write them down once. */
const TABLE: Readonly<Record<string, Role>> = {
  thumbnail: QUICK,
  thumb: QUICK,
  text: MEDIUM,
  edit: MEDIUM,
  hero: FINEST,
  social: FANCY,
}

/** A model for each purpose. */
export const staticPolicy = fixed('static', (choice) => [
  offerFor(TABLE[choice.purpose] ?? SOLID, choice) ?? byPrice(choice.offers).at(-1),
])

/** The same three models for everything, each when the gate has refused the one before. */
export const cascadePolicy = fixed('cascade', (choice) => {
  const found = [QUICK, MEDIUM, FINE].map((role) => offerFor(role, choice))
  return found.every((offer) => offer === undefined) ? [byPrice(choice.offers).at(-1)] : found
})

/** Where the world has the model but it cannot do this, nothing takes its place. */
function offerFor({ names, among, end }: Role, { offers, cards }: Choice): OfferView | undefined {
  if (cards.some(({ name }) => names.includes(name))) {
    return offers.find(({ card }) => names.includes(card.name))
  }
  const peers = byPrice(offers.filter(({ card }) => among === 'all' || card.tier === among))
  return peers.at(end === 'cheapest' ? 0 : -1)
}

const byPrice = (offers: readonly OfferView[]): readonly OfferView[] =>
  [...offers].sort((one, other) => one.price - other.price)

/**
 * Step counts are not touched: all baselines take offers as their models are usually run, so that
 * they mean the same in every world.
 */
export const atUsualSteps = (offers: readonly OfferView[]): readonly OfferView[] =>
  offers.filter(({ card }) => card.steps === card.usualSteps)

function fixed(name: string, choose: Choose): PolicyMaker {
  return ({ offers: cards }) => {
    const namesFor = ({ offers, purpose, refused, attemptsLeft }: RequestView) => {
      const usual = atUsualSteps(offers)
      const chosen = choose({ offers: usual.length > 0 ? usual : offers, purpose, cards })
      const names = chosen.flatMap((offer) => (offer === undefined ? [] : [offer.card.name]))
      const left = names.filter((each) => !refused.includes(each))
      return (left.length > 0 ? left : names).slice(0, attemptsLeft)
    }
    const decide = (request: RequestView): PolicyDecision => ({
      steps: namesFor(request),
      ...{ isGated: true, exploringExtra: 0 },
      explanation: {
        chosen: `${name} is fixed`,
        losers: new Map(request.offers.map(({ card }) => [card.name, `not what ${name} takes`])),
      },
    })
    return { decide, observe: () => {} }
  }
}
