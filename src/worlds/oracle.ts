import {
  type BestSequence,
  bestSequence,
  type CheckRates,
  type Choice,
  type Prospect,
  prospectOf,
} from './best-sequence.ts'
import { difficultyNodes, sigmoid } from './difficulty.ts'
import { type Regime, regimesOf } from './regime.ts'
import { meanSeconds, stepFactor, type World, type WorldContext } from './world.ts'

/** Pictures that may be made for one request. */
export const MOST_ATTEMPTS = 3

/** The plan of somebody who knows everything, in the world's own positions of offers. */
export type OraclePlan = BestSequence

/** Where in a world a question is asked: position of the regime and of the context. */
export interface Place {
  readonly regime: number
  readonly context: number
}

/** Everything hidden, ready to be asked; only the runner and the oracle may. */
export interface Oracle {
  readonly regimes: readonly Regime[]
  /** The best plan that does without some providers; undefined when no offer is left. */
  planAt(place: Place, without?: readonly string[], attempts?: number): OraclePlan | undefined
  /** What a sequence really comes to; offers of a provider that is down are passed over. */
  prospectAt(place: Place, steps: readonly number[], isGated: boolean): Prospect
  /** Mean acceptance of one picture over all difficulties. */
  acceptanceAt(place: Place, offer: number): number
}

/** Makes the oracle of a world. Plans are made once for each regime and context. */
export function oracleOf(world: World): Oracle {
  const regimes = regimesOf(world)
  const nodes = difficultyNodes(world.sigma)
  const gate: CheckRates = {
    passGood: world.gate.passGood,
    passBad: world.gate.passBad,
    cost: world.gate.cost + world.gate.seconds * world.secondPrice,
  }
  const choicesAt = remembered(({ regime, context }: Place) =>
    choicesIn(world, regimes[regime] as Regime, world.contexts[context] as WorldContext, nodes.at),
  )
  const taskAt = ({ context }: Place, attempts: number) => {
    const { floor, badCost } = world.contexts[context] as WorldContext
    return { mass: nodes.mass, gate, floor, badCost, attempts }
  }
  const isDown = ({ regime }: Place, offer: number) =>
    regimes[regime]?.down.has(world.offers[offer]?.provider ?? '') === true
  const planned = new Map<string, OraclePlan | undefined>()

  const plan = (place: Place, without: readonly string[], attempts: number) => {
    const usable = [...choicesAt(place)].filter(([offer]) => {
      const provider = world.offers[offer]?.provider ?? ''
      return !without.includes(provider) && !isDown(place, offer)
    })
    const best = bestSequence(
      usable.map(([, choice]) => choice),
      taskAt(place, attempts),
    )
    return best && { ...best, steps: best.steps.map((position) => usable[position]?.[0] as number) }
  }

  return {
    regimes,
    planAt(place, without = [], attempts = MOST_ATTEMPTS) {
      const key = `${place.regime}/${place.context}/${attempts}/${without.join(',')}`
      if (!planned.has(key)) planned.set(key, plan(place, without, attempts))
      return planned.get(key)
    },
    prospectAt(place, steps, isGated) {
      const choices = choicesAt(place)
      const usable = steps.filter((offer) => !isDown(place, offer))
      const made = isGated ? usable : usable.slice(0, 1)
      const path = made.flatMap((offer) => choices.get(offer) ?? [])
      return prospectOf(path, taskAt(place, MOST_ATTEMPTS))
    },
    acceptanceAt(place, offer) {
      const chances = choicesAt(place).get(offer)?.chances ?? []
      return chances.reduce((sum, chance, node) => sum + chance * (nodes.mass[node] ?? 0), 0)
    },
  }
}

/** The true cost and chances of every offer that can do it, by its position in the world. */
function choicesIn(
  world: World,
  regime: Regime,
  context: WorldContext,
  difficulties: readonly number[],
): ReadonlyMap<number, Choice> {
  const choices = new Map<number, Choice>()
  world.offers.forEach((offer, position) => {
    const ability = context.abilities.get(offer.model)
    if (ability === undefined) return
    const level = ability + (regime.changes.get(offer.model) ?? 0)
    const factor = stepFactor(offer, context)
    choices.set(position, {
      cost: (regime.billed[position] ?? 0) + meanSeconds(offer.latency) * world.secondPrice,
      chances: difficulties.map((difficulty) => factor * sigmoid(level - difficulty)),
    })
  })
  return choices
}

function remembered<Value>(make: (place: Place) => Value): (place: Place) => Value {
  const known = new Map<string, Value>()
  return (place) => {
    const key = `${place.regime}/${place.context}`
    const value = known.get(key) ?? make(place)
    known.set(key, value)
    return value
  }
}
