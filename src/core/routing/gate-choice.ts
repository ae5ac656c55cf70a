import { isGateUseful } from '../acceptance/instruments.ts'
import type { ExpectedNano, Gate } from './arm.ts'
import { type Field, isInTime } from './field.ts'
import type { GateChoice, Wishes } from './sequence-plan.ts'

/** What plans with a check and without one come to at best; the same for all of one field. */
export interface GateScores {
  /** The best scores of plans that hold the floor in time: with a check at least, without any. */
  readonly withNano: ExpectedNano | undefined
  readonly withoutNano: ExpectedNano | undefined
  /** The best score of checked plans that hold the floor but are too slow. */
  readonly lateNano: ExpectedNano | undefined
  /** The largest share of accepted pictures that a checked plan reaches too late. */
  readonly lateHeld: number
}

/** What the ways with and without a check come to. */
export function gateScores(field: Field, floor: number): GateScores {
  const { front, held, soberScores } = field
  const [singles, all] = [front.length, soberScores.length]
  const isLate = (index: number): boolean => !isInTime(field, index)
  const inTime = (index: number): boolean => isInTime(field, index)
  const best = (from: number, to: number, isMeant: (index: number) => boolean) => {
    let least: number | undefined
    for (let index = from; index < to; index += 1) {
      if ((held[index] as number) < floor || !isMeant(index)) continue
      const score = soberScores[index] as number
      if (least === undefined || score < least) least = score
    }
    return least
  }
  let lateHeld = 0
  for (let index = singles; index < all; index += 1) {
    if (isLate(index)) lateHeld = Math.max(lateHeld, held[index] as number)
  }
  return {
    withNano: best(singles, all, inTime),
    withoutNano: best(0, singles, inTime),
    lateNano: best(singles, all, isLate),
    lateHeld,
  }
}

/**
 * Whether the gate pays for itself in a plan: it pays when checking between attempts makes
 * accepted pictures cheaper, or is the only way to the floor. One that does not is switched off.
 */
export function gateChoice(
  { gate, wishes }: { readonly gate?: Gate | undefined; readonly wishes: Wishes },
  field: Field,
  index: number,
  scores: GateScores,
): GateChoice {
  if (gate === undefined) return { isOn: false, reason: 'absent' }
  if (!isGateUseful(gate) && gate.isRequired !== true) return { isOn: false, reason: 'useless' }
  const { withNano, withoutNano } = scores
  const costs = {
    ...(withNano === undefined ? {} : { withNano }),
    ...(withoutNano === undefined ? {} : { withoutNano }),
  }
  if (gate.isRequired === true) return { isOn: true, reason: 'required', ...costs }
  if (index >= field.front.length) return { isOn: true, reason: 'pays', ...costs }
  if (wouldPay(field, wishes, index, scores)) {
    return { isOn: wishes.isLimitSoft === true, reason: 'late', ...costs }
  }
  return { isOn: false, reason: 'unpaid', ...costs }
}

/** Whether a single attempt would be better checked, if only the second one were quick enough. */
function wouldPay(
  { held, soberScores }: Field,
  { floor }: Wishes,
  index: number,
  { lateNano, lateHeld }: GateScores,
): boolean {
  if (lateNano !== undefined && lateNano < (soberScores[index] as number)) return true
  const reached = held[index] as number
  return reached < floor && lateHeld > reached
}
