import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { scaledBy } from '../adjustment.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'
import { missingUsage } from '../unpriceable.ts'

/** Most operations that one premium can be for. */
const MAX_OPERATIONS = 20

const schema = z.strictObject({
  kind: z.literal('edit_premium'),
  /** What an edit costs, as a multiple of a generation. */
  edit_factor: positiveRateSchema,
  /** Operations that pay it; absent = all but `generate`. */
  operations: z.array(z.string().min(1)).min(1).max(MAX_OPERATIONS).optional(),
})

/**
 * Edits cost a multiple of what generating the same picture costs.
 * @example an inpaint at 1.5 times $0.04 = $0.06
 */
export const editPremium = defineModifier({
  title: 'Premium for edits',
  summary: 'The price of an operation other than generating is a multiple of that of generating.',
  schema,
  modify: (modifier, usage, lines) => {
    const { operation } = usage
    if (operation === undefined) return refused(missingUsage('operation', modifier.kind))
    const isPremium = modifier.operations?.includes(operation) ?? operation !== 'generate'
    if (!isPremium) return ok(lines)
    const label = `premium for ${operation}`
    return ok(scaledBy(lines, decimal(modifier.edit_factor), { kind: modifier.kind, label }))
  },
  example: {
    title: 'An inpaint at one and a half times the price of a generation',
    base: { kind: 'per_image', usd: '0.04' },
    modifier: { kind: 'edit_premium', edit_factor: '1.5' },
    usage: { images: 1, operation: 'inpaint' },
    usd: '0.06',
    source: 'illustrative',
  },
})
