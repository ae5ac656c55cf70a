import type { Bench } from './bench.ts'
import type { PolicyReport } from './measures.ts'
import type { Oracle } from './oracle.ts'
import type { Given, PolicyMaker } from './policy.ts'
import { regimeAt } from './regime.ts'
import type { World } from './world.ts'

/** What a policy would lose less with one truth in place of its own estimate. */
export interface Part {
  readonly part: 'estimation' | 'gate' | 'floor' | 'exploration' | 'all'
  readonly report: PolicyReport
}

/**
 * Runs a policy again with truths in place of estimates: one kind at a time, then all together.
 * What is left with all of them is not a lack of knowledge but the way it plans.
 */
export function decompose(
  world: World,
  bench: Bench,
  { name, make }: { readonly name: string; readonly make: PolicyMaker },
): readonly Part[] {
  const truths: Readonly<Record<Exclude<Part['part'], 'all'>, Given>> = {
    estimation: { acceptance: acceptanceOf(world, bench.oracle), sigma: world.sigma },
    gate: { gate: world.gate },
    floor: { hasFloorController: false },
    exploration: { isExploring: false },
  }
  const all = Object.assign({}, ...Object.values(truths)) as Given
  const parts = Object.entries({ ...truths, all }) as readonly [Part['part'], Given][]
  return parts.map(([part, given]) => ({ part, report: bench.run(name, make, given) }))
}

function acceptanceOf(world: World, oracle: Oracle): NonNullable<Given['acceptance']> {
  const offers = new Map(world.offers.map(({ name }, position) => [name, position]))
  const contexts = new Map(
    world.contexts.map(({ purpose, category }, position) => [`${purpose}/${category}`, position]),
  )
  return (offer, { purpose, category, atSeconds }) =>
    oracle.acceptanceAt(
      {
        regime: regimeAt(oracle.regimes, atSeconds / 3_600),
        context: contexts.get(`${purpose}/${category}`) ?? 0,
      },
      offers.get(offer) ?? 0,
    )
}
