import { optimistic } from '../acceptance/posterior.ts'
import type { ExpectedNano } from './arm.ts'
import { type Field, isInTime } from './field.ts'
import { indexOf, stepsOf } from './prospects.ts'
import type { PlannedFloor, PlanningInput } from './sequence-plan.ts'

/** A missing acceptance below the floor is worth so many costs of an accepted picture. */
const WORTH_OF_MISSING = 3

/** A sequence that tries a little known offer, and what a request costs more by it. */
export interface Try {
  readonly index: number
  readonly extraNano: ExpectedNano
}

/** A try, and what requests to come may save by what is learned. */
interface WorthwhileTry extends Try {
  readonly savedNano: ExpectedNano
}

/** The best sequence by what is known, which tries are measured by. */
export interface BestKnown {
  readonly index: number
  readonly floor: PlannedFloor
}

/**
 * What trying a sequence costs beyond the best known one. What it may take from the floor is a
 * cost, too.
 */
export function extraOf(field: Field, { index: known, floor }: BestKnown, index: number): number {
  const { sober, soberScores } = field
  const [accepted, knownScore] = [sober.accepted[index] as number, soberScores[known] as number]
  const enough = Math.min(floor.asked, sober.accepted[known] as number)
  const missing = Math.max(0, enough - accepted) * WORTH_OF_MISSING * knownScore
  return Math.max(0, ((soberScores[index] as number) - knownScore) * accepted) + missing
}

/**
 * The cheapest way to try each offer that would change the plan if it were as good as may be hoped,
 * and is worth what it costs: the hope of one offer alone, because a plan made of several hopes
 * costs much and tells little. As many requests are expected to come as were seen, and about as
 * many pictures are needed to know an offer twice as well as stand behind it now.
 * @returns those first that may save most beyond what they cost
 */
export function triesOf(
  field: Field,
  input: PlanningInput,
  best: BestKnown,
): readonly WorthwhileTry[] {
  const { front } = field
  const inKnown = [...new Set(stepsOf(best.index, front.length))]
  return front
    .flatMap((position, arm) => {
      const { belief, optimism } = input.arms[position] ?? {}
      if (belief === undefined || inKnown.includes(arm)) return []
      const hope = optimistic(belief, optimism)
      if (hope <= belief.mean) return []
      const { gain, cheapest } = hopeFor(field, { ...best, set: [arm, ...inKnown], hope })
      const savedNano = (gain * (input.seen ?? 0)) / (belief.weight + 1)
      if (cheapest === undefined || savedNano <= cheapest.extraNano) return []
      return [{ ...cheapest, savedNano }]
    })
    .sort((one, other) => other.savedNano - other.extraNano - (one.savedNano - one.extraNano))
}

/**
 * What an accepted picture would cost less if the first arm of a set were as good as hoped, and the
 * cheapest sequence that begins with it.
 */
function hopeFor(
  field: Field,
  { set, hope, ...best }: BestKnown & { readonly set: readonly number[]; readonly hope: number },
): { readonly gain: number; readonly cheapest: Try | undefined } {
  const { sober, soberScores } = field
  const knownScore = soberScores[best.index] as number
  // Where the floor is out of reach, what brings it nearer is worth as much as what is saved.
  const wanted = Math.max(best.floor.asked, best.floor.effective)
  const lossOf = (score = 0, accepted = 0): number =>
    score + Math.max(0, wanted - accepted) * WORTH_OF_MISSING * knownScore
  const hoped = field.outlookIf(set, hope)
  let least = Number.POSITIVE_INFINITY
  let cheapest: Try | undefined
  for (let at = 0; at < hoped.scores.length; at += 1) {
    const steps = stepsOf(at, set.length)
    const arms = steps.map((step) => set[step] as number)
    const index = indexOf(arms, field.front.length)
    least = Math.min(least, lossOf(hoped.scores[at], hoped.accepted[at]))
    if (steps[0] !== 0 || !isInTime(field, index)) continue
    const extraNano = extraOf(field, best, index)
    if (extraNano < (cheapest?.extraNano ?? Number.POSITIVE_INFINITY)) {
      cheapest = { index, extraNano }
    }
  }
  const believed = lossOf(knownScore, sober.accepted[best.index])
  return { gain: believed - least, cheapest }
}
