import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { type ChargeLine, chargeLine } from '../charge.ts'
import { type Decimal, decimal, positiveRateSchema, unknownableRateSchema } from '../decimal.ts'
import { megapixelFields, megapixelsOf } from '../megapixels.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage, unpriceable } from '../unpriceable.ts'
import type { Usage } from '../usage.ts'

const schema = z.strictObject({
  kind: z.literal('first_plus_extra_mp'),
  /** Dollars for the first output megapixel; a smaller image pays it whole. */
  first: positiveRateSchema,
  /** Dollars for each further output megapixel; null or absent = not known. */
  extra: unknownableRateSchema,
  /** Dollars for each megapixel of input images; null or absent = not known. */
  input_mp: unknownableRateSchema,
  ...megapixelFields,
})

type FirstPlusExtra = z.output<typeof schema>

/**
 * One price for the first output megapixel, another for each further one, and a third for each
 * megapixel of input images. Megapixels that the provider billed or reported win over our count.
 * @example 2 output megapixels and 1 input megapixel at $0.03, $0.015, $0.015 = $0.06
 */
export const firstPlusExtraMp = defineStructure({
  title: 'First and further megapixels',
  summary:
    'The first megapixel has one price, each further one another, each of the inputs a third.',
  schema,
  rate: (component, usage) => {
    const output = outputMegapixels(component, usage)
    if (output === undefined) return refused(missingUsage('width and height', component.kind))
    const parts = [
      { label: 'first megapixel', field: 'first', each: decimal(1) },
      { label: 'further megapixels', field: 'extra', each: output.minus(1) },
      { label: 'input megapixels', field: 'input_mp', each: decimal(usage.inputMegapixels ?? 0) },
    ] as const
    const lines: ChargeLine[] = []
    for (const { label, field, each } of parts) {
      const quantity = each.times(usage.images)
      if (quantity.eq(0)) continue
      const rate = component[field]
      if (rate == null) {
        return refused(unpriceable('unknown_rate', field, `the rate of ${label} is not known`))
      }
      const line = { kind: component.kind, label, unit: 'megapixel', rate }
      lines.push(chargeLine({ ...line, quantity }))
    }
    return ok(lines)
  },
  example: {
    title: 'An edit by FLUX.2 [pro]: two megapixels out, one in',
    component: { kind: 'first_plus_extra_mp', first: '0.03', extra: '0.015', input_mp: '0.015' },
    usage: { images: 1, outputMegapixels: 2, inputMegapixels: 1 },
    usd: '0.06',
    source: 'Black Forest Labs pricing page, 2026',
  },
})

/** Output megapixels of each image, at least one; undefined when nothing tells them. */
function outputMegapixels(component: FirstPlusExtra, usage: Usage): Decimal | undefined {
  const { width, height } = usage
  if (usage.outputMegapixels !== undefined) return atLeastOne(decimal(usage.outputMegapixels))
  if (width === undefined || height === undefined) return undefined
  return atLeastOne(megapixelsOf({ width, height }, component))
}

const atLeastOne = (megapixels: Decimal): Decimal => (megapixels.lt(1) ? decimal(1) : megapixels)
