import { isGateUseful } from '../acceptance/instruments.ts'
import type { ExpectedNano, Gate } from './arm.ts'
import { type Field, isInTime, scoreAt } from './field.ts'
import type { GateChoice } from './sequence-plan.ts'

/**
 * Whether the gate pays for itself in a plan: it pays when checking between attempts makes
 * accepted pictures cheaper, or is the only way to the floor.
 */
export function gateChoice(
  field: Field,
  plan: { readonly index: number; readonly floor: number; readonly gate: Gate | undefined },
): GateChoice {
  if (plan.gate === undefined) return { isOn: false, reason: 'absent' }
  if (!isGateUseful(plan.gate)) return { isOn: false, reason: 'useless' }
  const { sober, front } = field
  const isOn = plan.index >= front.length
  const withNano = cheapest(field, plan.floor, [front.length, sober.accepted.length])
  const withoutNano = cheapest(field, plan.floor, [0, front.length])
  return {
    ...{ isOn, reason: isOn ? 'pays' : 'unpaid' },
    ...(withNano === undefined ? {} : { withNano }),
    ...(withoutNano === undefined ? {} : { withoutNano }),
  }
}

function cheapest(
  field: Field,
  floor: number,
  [from, to]: readonly [number, number],
): ExpectedNano | undefined {
  let best: number | undefined
  for (let index = from; index < to; index += 1) {
    if (!isInTime(field, index) || (field.held[index] as number) < floor) continue
    const score = scoreAt(field, field.sober, index)
    if (best === undefined || score < best) best = score
  }
  return best
}
