import Big from 'big.js'
import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { megapixelFields } from '../megapixels.ts'
import { outputMegapixels } from '../output-area.ts'
import { defineStructure } from '../structure.ts'
import { unpriceable } from '../unpriceable.ts'

const schema = z
  .strictObject({
    kind: z.literal('upscale_per_output_mp'),
    /** Dollars for each begun block of 8 output megapixels. */
    usd_per_8mp: positiveRateSchema.optional(),
    /** Dollars for each begun block of `block_mp` output megapixels. */
    usd_per_block: positiveRateSchema.optional(),
    /** Output megapixels that are one block. */
    block_mp: z.int().positive().optional(),
    mp_base: megapixelFields.mp_base,
  })
  .refine(
    ({ usd_per_8mp, usd_per_block, block_mp }) =>
      usd_per_8mp === undefined
        ? usd_per_block !== undefined && block_mp !== undefined
        : usd_per_block === undefined && block_mp === undefined,
    'give either usd_per_8mp or usd_per_block and block_mp',
  )

type UpscalePerOutputMp = z.output<typeof schema>

/**
 * Enlarging is paid by the area that comes out, in blocks of megapixels; a begun block is paid
 * whole.
 * @example 16 output megapixels at $0.32 for each 8 = $0.64
 */
export const upscalePerOutputMp = defineStructure({
  title: 'Upscale by output',
  summary: 'Every begun block of output megapixels costs the same.',
  schema,
  rate: (component, usage) => {
    const { kind, mp_base } = component
    const megapixels = outputMegapixels(usage, { mp_base, rounding: 'none' }, kind)
    if (!megapixels.ok) return megapixels
    const block = blockOf(component)
    if (block === undefined) {
      return refused(unpriceable('unknown_rate', 'usd_per_block', 'the block price is not known'))
    }
    if (usage.images === 0) return ok([])
    const blocks = megapixels.value.div(block.megapixels).round(0, Big.roundUp)
    const label = `upscale, blocks of ${block.megapixels} megapixels`
    const quantity = decimal(usage.images).times(blocks)
    return ok([chargeLine({ kind, label, quantity, unit: 'block', rate: block.rate })])
  },
  example: {
    title: 'Sixteen megapixels by Topaz, resold by Comfy',
    component: { kind: 'upscale_per_output_mp', usd_per_8mp: '0.32' },
    usage: { images: 1, outputMegapixels: 16 },
    usd: '0.64',
    source: 'Comfy partner node prices, 2026',
  },
})

function blockOf({ usd_per_8mp, usd_per_block, block_mp }: UpscalePerOutputMp) {
  if (usd_per_8mp !== undefined) return { megapixels: 8, rate: usd_per_8mp }
  if (usd_per_block === undefined || block_mp === undefined) return undefined
  return { megapixels: block_mp, rate: usd_per_block }
}
