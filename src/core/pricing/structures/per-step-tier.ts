import { z } from 'zod'
import { ok } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal } from '../decimal.ts'
import { stepsOf } from '../step-count.ts'
import { defineStructure } from '../structure.ts'
import { cellAt, thresholdTableSchema } from '../threshold-table.ts'

const schema = z.strictObject({
  kind: z.literal('per_step_tier'),
  /** Dollars for one image, by steps: `{"<=50": "0.04", ">50": "0.08"}`. */
  usd: thresholdTableSchema,
})

/**
 * One price up to a number of steps, another beyond it: one step more can double the price.
 * @example 51 steps, $0.04 up to 50 and $0.08 beyond = $0.08
 */
export const perStepTier = defineStructure({
  title: 'Tiers of steps',
  summary: 'An image costs what the tier lists that its number of steps falls into.',
  schema,
  rate: (component, usage) => {
    const steps = stepsOf(usage, component.kind)
    if (!steps.ok) return steps
    const cell = cellAt(component.usd, 'steps', decimal(steps.value))
    if (!cell.ok) return cell
    if (usage.images === 0) return ok([])
    const { key, rate } = cell.value
    const line = { kind: component.kind, label: `output image, ${key} steps`, unit: 'image', rate }
    return ok([chargeLine({ ...line, quantity: usage.images })])
  },
  example: {
    title: 'Fifty-one steps by SDXL 1.0 on Bedrock',
    component: { kind: 'per_step_tier', usd: { '<=50': '0.04', '>50': '0.08' } },
    usage: { images: 1, steps: 51 },
    usd: '0.08',
    source: 'LiteLLM price list, 2026-08-06',
  },
})
