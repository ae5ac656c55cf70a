import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { positiveRateSchema } from '../decimal.ts'
import { outputPixels } from '../output-area.ts'
import { shareSchema } from '../share.ts'
import { areaOf } from '../size-text.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage, unpriceable } from '../unpriceable.ts'
import { maskedLines } from './mask-area.ts'

const schema = z.strictObject({
  kind: z.literal('mask_bbox'),
  /** Dollars for an edit of the whole picture. */
  full_usd: positiveRateSchema,
  /** Share of `full_usd` that even the smallest mask pays. */
  floor_share: shareSchema,
})

/**
 * An edit under a mask pays for the smallest rectangle around the mask, on top of a floor: a thin
 * diagonal line costs as much as the whole picture.
 * @example a box of 512x256 in 1024x1024 at $0.05, floor 30 % = $0.019375
 */
export const maskBbox = defineStructure({
  title: 'Box around the mask',
  summary: 'An edit pays a floor, and the rest of the full price by the box around its mask.',
  schema,
  rate: (component, usage) => {
    const { kind } = component
    if (usage.maskBox === undefined) return refused(missingUsage('maskBox', kind))
    const pixels = outputPixels(usage, kind)
    if (!pixels.ok) return pixels
    const box = areaOf(usage.maskBox)
    if (box === undefined || box.gt(pixels.value)) {
      const text = `a mask box of ${JSON.stringify(usage.maskBox)} is no part of the picture`
      return refused(unpriceable('invalid_usage', 'maskBox', text))
    }
    return ok(maskedLines(component, box.div(pixels.value), usage.images))
  },
  example: {
    title: 'An edit within an eighth of the picture',
    component: { kind: 'mask_bbox', full_usd: '0.05', floor_share: '0.3' },
    usage: { images: 1, width: 1024, height: 1024, maskBox: '512x256' },
    usd: '0.019375',
    source: 'illustrative: no public tariff charges so',
  },
})
