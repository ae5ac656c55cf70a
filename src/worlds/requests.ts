import { arrivalsOf } from './arrivals.ts'
import type { Luck } from './luck.ts'
import type { World } from './world.ts'

/** A request with all that is hidden about it. */
export interface WorldRequest {
  readonly index: number
  readonly atHours: number
  /** Position of the context. */
  readonly context: number
  /** How hard it is, in log-odds; the same for all its attempts. */
  readonly difficulty: number
  /** The earlier request whose prompt this one repeats word by word. */
  readonly repeats: number | undefined
}

/** What is switched on for a run. */
export interface TrafficOptions {
  readonly hasBursts: boolean
  /** Prompts repeat, and a cache answers exact repeats. */
  readonly hasCache: boolean
}

/** All requests of a world by one seed, in order of arrival. */
export function requestsOf(
  world: World,
  luck: Luck,
  options: TrafficOptions,
): readonly WorldRequest[] {
  const arrivals = arrivalsOf(world, luck, options.hasBursts)
  const contextOf = contextPicker(world)
  const requests: WorldRequest[] = []
  /** Requests with prompts of their own, the most popular ones first. */
  const prompts: number[] = []
  for (let index = 0; index < world.requests; index += 1) {
    const repeat = options.hasCache ? repeatOf(world, luck, index, prompts) : undefined
    const original = repeat === undefined ? undefined : requests[repeat.of]
    if (original === undefined) prompts.push(index)
    requests.push({
      ...{ index, atHours: arrivals[index] as number },
      context: original?.context ?? contextOf(luck.unit('context', index)),
      difficulty: original?.difficulty ?? luck.normal('difficulty', index) * world.sigma,
      repeats: repeat?.isExact === true ? repeat.of : undefined,
    })
  }
  return requests
}

function contextPicker({ contexts }: World): (unit: number) => number {
  let sum = 0
  const ends = contexts.map(({ share }) => {
    sum += share
    return sum
  })
  return (unit) =>
    Math.max(
      0,
      ends.findIndex((end) => unit * sum <= end),
    )
}

/**
 * Which earlier prompt comes again, if any, and whether in the same words. Adversarial neighbours
 * look alike but are prompts of their own; where no text is compared they are like any other.
 */
function repeatOf(
  { duplicates }: World,
  luck: Luck,
  index: number,
  prompts: readonly number[],
): { readonly of: number; readonly isExact: boolean } | undefined {
  const { exactShare, semanticShare, zipf } = duplicates
  const unit = luck.unit('repeat', index)
  if (prompts.length === 0 || unit >= exactShare + semanticShare) return undefined
  const rank = zipfRank(luck.unit('original', index), prompts.length, zipf)
  return { of: prompts[rank] as number, isExact: unit < exactShare }
}

/** A rank from 0, by the continuous form of Zipf's law. */
function zipfRank(unit: number, count: number, exponent: number): number {
  const rest = 1 - exponent
  const most = count + 1
  const rank = Math.abs(rest) < 1e-9 ? most ** unit : (1 + unit * (most ** rest - 1)) ** (1 / rest)
  return Math.min(count - 1, Math.floor(rank) - 1)
}
