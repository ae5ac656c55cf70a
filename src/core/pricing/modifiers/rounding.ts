import Big from 'big.js'
import { z } from 'zod'
import { dollarsFromNano, roundToNano } from '../../money.ts'
import { ok } from '../../result.ts'
import { raisedTo, subtotalOf } from '../adjustment.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineModifier } from '../modifier.ts'

const schema = z.strictObject({
  kind: z.literal('rounding'),
  /** The step that charges are rounded to: `0.01` for cents. */
  to_usd: positiveRateSchema,
  /** Absent = `ceil`. */
  mode: z.enum(['ceil', 'nearest']).optional(),
})

const roundingModes = { ceil: Big.roundUp, nearest: Big.roundHalfUp } as const

/**
 * The provider rounds what it charges for a call, mostly up to the cent. Only a tariff that says so
 * has this modifier; our own amounts are never rounded but to nano-dollars.
 * @example $0.0339 rounded up to cents = $0.04
 */
export const rounding = defineModifier({
  title: 'Rounding by the provider',
  summary: 'What a call costs is rounded to whole steps of the tariff.',
  schema,
  modify: (modifier, _usage, lines) => {
    const { kind, to_usd, mode = 'ceil' } = modifier
    const subtotal = decimal(dollarsFromNano(subtotalOf(lines)))
    const steps = subtotal.div(to_usd).round(0, roundingModes[mode])
    const total = roundToNano(steps.times(to_usd))
    const label = mode === 'ceil' ? `rounded up to ${to_usd}` : `rounded to ${to_usd}`
    return ok(raisedTo(lines, total, { kind, label }))
  },
  example: {
    title: 'Three images of $0.0113, rounded up to cents',
    base: { kind: 'per_image', usd: '0.0113' },
    modifier: { kind: 'rounding', to_usd: '0.01' },
    usage: { images: 3 },
    usd: '0.04',
    source: 'illustrative',
  },
})
