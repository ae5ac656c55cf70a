import { z } from 'zod'
import { decimal, positiveRateSchema } from '../../pricing/decimal.ts'
import { ok } from '../../result.ts'
import { defineTerm } from '../term.ts'

const SECONDS_PER_HOUR = 3600

const schema = z.strictObject({
  kind: z.literal('concurrency_cap'),
  /** Images that may be in the making at once. */
  cap: z.int().positive(),
  /** Seconds that one image takes. */
  latency_s: positiveRateSchema,
})

/**
 * A limit on how much runs at once. It costs nothing itself; what does not fit goes elsewhere at
 * the price of elsewhere, so a plan is wrong without it.
 * @example 10 at once, 6 seconds each = 6,000 images an hour
 */
export const concurrencyCap = defineTerm({
  title: 'Limit on concurrency',
  summary: 'Costs nothing, and lets through no more images an hour than its cap and their time.',
  schema,
  lines: () => ok([]),
  imagesPerHour: ({ cap, latency_s }) =>
    decimal(cap).times(SECONDS_PER_HOUR).div(latency_s).toFixed(),
  example: {
    title: 'Ten images at once of six seconds each: 6,000 an hour',
    term: { kind: 'concurrency_cap', cap: 10, latency_s: '6' },
    month: { images: 50_000 },
    usd: '0',
    source: 'DeepSeek offer as described in 2026-06',
  },
})
