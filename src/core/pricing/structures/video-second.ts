import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema } from '../decimal.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage, unpriceable } from '../unpriceable.ts'

const schema = z.strictObject({
  kind: z.literal('video_second'),
  /** Dollars for a second of video. */
  usd_per_s: positiveRateSchema,
  /** Dollars for a second in the mode `draft`; absent = there is no draft. */
  draft_usd_per_s: positiveRateSchema.optional(),
})

/**
 * Every second of video costs the same; a draft, where there is one, about a third.
 * @example 8 seconds at $0.40 = $3.2
 */
export const videoSecond = defineStructure({
  title: 'Seconds of video',
  summary: 'Every second of every video costs the same.',
  schema,
  rate: (component, usage) => {
    const { kind } = component
    if (usage.videoSeconds === undefined) return refused(missingUsage('videoSeconds', kind))
    const isDraft = usage.mode === 'draft'
    const rate = isDraft ? component.draft_usd_per_s : component.usd_per_s
    if (rate === undefined) {
      const text = 'the price of a draft is not known'
      return refused(unpriceable('unknown_rate', 'draft_usd_per_s', text))
    }
    const quantity = decimal(usage.videoSeconds).times(usage.images)
    if (quantity.eq(0)) return ok([])
    const label = isDraft ? 'video, draft' : 'video'
    return ok([chargeLine({ kind, label, quantity, unit: 'second', rate })])
  },
  example: {
    title: 'Eight seconds with sound by Veo 3.1',
    component: { kind: 'video_second', usd_per_s: '0.4' },
    usage: { images: 1, videoSeconds: 8 },
    usd: '3.2',
    source: 'Vertex AI price of Veo 3.1, 2026',
  },
})
