import { isGateUseful } from '../acceptance/instruments.ts'
import type { ExpectedNano, Gate } from './arm.ts'
import { type Field, isInTime, scoreAt } from './field.ts'
import type { GateChoice } from './sequence-plan.ts'

/**
 * Whether the gate pays for itself in a plan: it pays when checking between attempts makes
 * accepted pictures cheaper, or is the only way to the floor. One that does not is switched off.
 */
export function gateChoice(
  field: Field,
  plan: { readonly index: number; readonly floor: number; readonly gate: Gate | undefined },
): GateChoice {
  const { gate, index, floor } = plan
  if (gate === undefined) return { isOn: false, reason: 'absent' }
  const isUseful = isGateUseful(gate)
  if (!isUseful && gate.isRequired !== true) return { isOn: false, reason: 'useless' }
  const { sober, front, wishes } = field
  const inTime = (at: number) => isInTime(field, at)
  const withNano = cheapest(field, floor, [front.length, sober.accepted.length], inTime)
  const withoutNano = cheapest(field, floor, [0, front.length], inTime)
  const costs = {
    ...(withNano === undefined ? {} : { withNano }),
    ...(withoutNano === undefined ? {} : { withoutNano }),
  }
  if (gate.isRequired === true) return { isOn: true, reason: 'required', ...costs }
  if (index >= front.length) return { isOn: true, reason: 'pays', ...costs }
  if (wouldPay(field, index, floor)) {
    return { isOn: wishes.isLimitSoft === true, reason: 'late', ...costs }
  }
  return { isOn: false, reason: 'unpaid', ...costs }
}

/** Whether a single attempt would be better checked, if only the second one were quick enough. */
function wouldPay(field: Field, index: number, floor: number): boolean {
  const { sober, held, front, wishes } = field
  const isLate = (at: number) => !isInTime(field, at)
  const range = [front.length, sober.accepted.length] as const
  const score = cheapest(field, floor, range, isLate)
  if (score !== undefined && score < scoreAt(field, sober, index)) return true
  const reached = held[index] as number
  return reached < wishes.floor && held.some((share, at) => isLate(at) && share > reached)
}

function cheapest(
  field: Field,
  floor: number,
  [from, to]: readonly [number, number],
  isMeant: (index: number) => boolean,
): ExpectedNano | undefined {
  let best: number | undefined
  for (let index = from; index < to; index += 1) {
    if (!isMeant(index) || (field.held[index] as number) < floor) continue
    const score = scoreAt(field, field.sober, index)
    if (best === undefined || score < best) best = score
  }
  return best
}
