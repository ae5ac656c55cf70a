import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { positiveRateSchema } from '../decimal.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage, unpriceable } from '../unpriceable.ts'

const schema = z.strictObject({
  kind: z.literal('operation_table'),
  /** Dollars for one image, by operation: `{"inpaint": "0.05", "outpaint": "0.04"}`. */
  usd: z
    .record(
      z.string().regex(/^[a-z][a-z0-9_]{0,99}$/, 'must be a snake-case word'),
      positiveRateSchema,
    )
    .refine((table) => Object.keys(table).length > 0, 'no operation is listed'),
})

/**
 * A price for each operation. What is not listed is not offered at that price, whatever is near.
 * @example one outpaint at $0.04 = $0.04
 */
export const operationTable = defineStructure({
  title: 'Table of operations',
  summary: 'Each image costs what the table lists for what was done to it.',
  schema,
  rate: (component, usage) => {
    const { operation } = usage
    if (operation === undefined) return refused(missingUsage('operation', component.kind))
    const rate = Object.hasOwn(component.usd, operation) ? component.usd[operation] : undefined
    if (rate === undefined) {
      const text = `no price is listed for operation ${operation}`
      return refused(unpriceable('not_listed', 'operation', text))
    }
    if (usage.images === 0) return ok([])
    const line = { kind: component.kind, label: `output image, ${operation}`, unit: 'image', rate }
    return ok([chargeLine({ ...line, quantity: usage.images })])
  },
  example: {
    title: 'One outpaint by Stability AI',
    component: {
      kind: 'operation_table',
      usd: { generate: '0.03', inpaint: '0.05', outpaint: '0.04', replace_background: '0.08' },
    },
    usage: { images: 1, operation: 'outpaint' },
    usd: '0.04',
    source: 'Stability AI price list, read in June 2026',
  },
})
