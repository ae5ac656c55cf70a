import { PRIOR_SIGMA } from '../acceptance/difficulty.ts'
import type { ArmBelief } from '../acceptance/knowledge.ts'
import type { Arm, ExpectedNano, Gate } from './arm.ts'
import { compareArms } from './field.ts'
import type { Candidate } from './plan.ts'
import { planSequences } from './plan-sequences.ts'
import type { PlanningInput, SequencePlans, Wishes } from './sequence-plan.ts'

/** One way to make the picture, with what is believed of it. */
export interface Option {
  readonly candidate: Candidate
  /** Settings in words. */
  readonly variant?: string | undefined
  readonly belief: ArmBelief
  /** Seconds of calls alike; never empty. */
  readonly seconds: readonly number[]
}

/** All plans over some options. The same for requests alike, so it may be kept. */
export interface Weighed {
  readonly options: readonly Option[]
  /** The options that no other beats in everything; what is logged and planned with. */
  readonly front: readonly number[]
  /** Of the others, which option is no worse in anything; not known of those beyond the front. */
  readonly beatenBy: ReadonlyMap<number, number>
  readonly input: PlanningInput
  readonly plans: SequencePlans
  /** Options from here on stand in reserve alone. */
  readonly planned: number
}

/** Works out all plans over options, of which there must be one. */
export function weigh(
  options: readonly Option[],
  images: number,
  given: {
    readonly wishes: Wishes
    readonly gate?: Gate | undefined
    readonly attempts: number
    /** How many of the options, from the first, plans may use; all of them where it is absent. */
    readonly planned?: number | undefined
  },
): Weighed {
  const { wishes, gate, attempts, planned = options.length } = given
  const arms = options.map((option) => armOf(option, images))
  const all: PlanningInput = {
    ...{ arms, wishes, attempts, sigma: PRIOR_SIGMA },
    seen: options[0]?.belief.kindPictures ?? 0,
    ...(gate === undefined ? {} : { gate }),
  }
  const { front, beatenBy } = compareArms({ ...all, arms: arms.slice(0, planned) })
  const input = { ...all, arms: front.flatMap((position) => arms[position] ?? []) }
  return { options, front, beatenBy, input, plans: planSequences(input), planned }
}

function armOf({ candidate, variant, belief, seconds }: Option, images: number): Arm {
  const { offer, model, quote } = candidate
  return {
    name: variant === undefined ? offer : `${offer} (${variant})`,
    offer,
    provider: model.provider,
    cost: { priceNano: quote.expectedNano / BigInt(Math.max(1, images)) },
    belief: belief.belief,
    optimism: belief.optimism,
    seconds,
  }
}

/** Positions of all options, by what an accepted picture costs with each alone. */
export function rankedOptions({ options, input }: Weighed): readonly number[] {
  return options
    .map((option, at) => ({ at, score: burdenOf(option, input.wishes) }))
    .sort((one, other) => one.score - other.score)
    .map(({ at }) => at)
}

/** What an accepted picture costs with an option alone, the bad ones that it shows included. */
export const burdenOf = (
  { candidate, belief: { belief } }: Option,
  { badNano, moneyPrice }: Pick<Wishes, 'badNano' | 'moneyPrice'>,
): ExpectedNano =>
  (Number(candidate.quote.expectedNano) * (1 + moneyPrice) + badNano * (1 - belief.mean)) /
  Math.max(1e-6, belief.mean)

/** What the request would cost by the best known plan, shown bad pictures included. */
export const knownNano = ({ plans, input }: Weighed): number =>
  plans.known.prospect.spend + input.wishes.badNano * plans.known.prospect.bad
