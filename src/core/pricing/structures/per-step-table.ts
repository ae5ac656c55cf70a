import { z } from 'zod'
import { ok, type Result, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { stepsOf } from '../step-count.ts'
import { defineStructure } from '../structure.ts'
import { type UnpriceableReason, unpriceable } from '../unpriceable.ts'

const STEPS_PATTERN = /^[1-9]\d{0,5}$/

const schema = z.strictObject({
  kind: z.literal('per_step_table'),
  /** Dollars for one image, by number of steps. */
  usd: z
    .record(z.string().regex(STEPS_PATTERN, 'must be a number of steps'), positiveRateSchema)
    .refine((table) => Object.keys(table).length > 0, 'no number of steps is listed'),
})

/**
 * Prices published for some numbers of steps. Between two points the price is on the straight line
 * between them; outside of the points nothing is known, so nothing is quoted.
 * @example 25 steps between $0.0054 for 20 and $0.0075 for 30 = $0.00645
 */
export const perStepTable = defineStructure({
  title: 'Table of steps',
  summary: 'An image costs what the table lists for its steps, on a straight line between points.',
  schema,
  rate: (component, usage) => {
    const steps = stepsOf(usage, component.kind)
    if (!steps.ok) return steps
    const rate = priceAtSteps(component.usd, steps.value)
    if (!rate.ok) return rate
    if (usage.images === 0) return ok([])
    const label = `output image, ${steps.value} steps`
    const line = { kind: component.kind, label, unit: 'image', rate: rate.value }
    return ok([chargeLine({ ...line, quantity: usage.images })])
  },
  example: {
    title: 'Twenty-five steps by SDXL at dezgo',
    component: {
      kind: 'per_step_table',
      usd: { '10': '0.0032', '20': '0.0054', '30': '0.0075', '40': '0.0096', '80': '0.0181' },
    },
    usage: { images: 1, steps: 25 },
    usd: '0.00645',
    source: 'dezgo price page, read by 2026-11-20',
  },
})

function priceAtSteps(
  table: Readonly<Record<string, string>>,
  steps: number,
): Result<string, UnpriceableReason> {
  let below: number | undefined
  let above: number | undefined
  for (const key of Object.keys(table)) {
    const listed = Number(key)
    if (listed <= steps && (below === undefined || listed > below)) below = listed
    if (listed >= steps && (above === undefined || listed < above)) above = listed
  }
  const [low, high] = [table[String(below)], table[String(above)]]
  if (above === undefined || high === undefined) {
    const text = `${steps} steps are more than any that have a price`
    return refused(unpriceable('above_largest', 'steps', text))
  }
  if (below === undefined || low === undefined) {
    const text = `${steps} steps are fewer than any that have a price`
    return refused(unpriceable('not_listed', 'steps', text))
  }
  if (below === above) return ok(low)
  const rise = decimal(high)
    .minus(low)
    .times(steps - below)
    .div(above - below)
  return ok(rise.plus(low).toFixed())
}
