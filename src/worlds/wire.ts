import { z } from 'zod'

/** More than any experiment needs; the tables of a run stay within memory. */
export const MOST_REQUESTS = 1_000_000
/** All sequences of three are looked at: 64 offers make 266,304 of them for each context. */
const MOST_MODELS = 32
const MOST_CONTEXTS = 1_000

const name = z.string().min(1)
const share = z.number().min(0).max(1)
const dollars = z.number().min(0)
const positive = z.number().positive()

const byModel = <Value extends z.ZodType>(value: Value) =>
  z
    .record(name, value)
    .refine((models) => Object.keys(models).length <= MOST_MODELS, `at most ${MOST_MODELS} models`)

const contextFields = {
  share,
  floor: share,
  bad_cost: dollars,
  theta: byModel(z.number().nullable()),
}

/** A context by purpose and category, or by both in one name: `product/glass`. */
const context = z
  .object({
    name: z
      .string()
      .regex(/^[^/]+\/[^/]+$/, 'must be purpose/category')
      .optional(),
    purpose: name.optional(),
    category: name.optional(),
    ...contextFields,
  })
  .refine(
    (each) =>
      each.name !== undefined || (each.purpose !== undefined && each.category !== undefined),
    'needs purpose and category, or a name',
  )

const moment = { day: z.number().min(0), hour: z.number().min(0).default(0) }
const duration = { provider: name, minutes: positive }

const event = z.discriminatedUnion('type', [
  z.object({
    ...{ type: z.literal('price'), ...moment, model: name },
    ...{ factor: positive, announced: z.boolean() },
  }),
  z.object({
    ...{ type: z.literal('silent_quality'), ...moment },
    ...{ model: name, delta_theta: z.number() },
  }),
  z.object({
    ...{ type: z.literal('outage'), ...moment, ...duration },
    mode: z.enum(['5xx', '429', 'timeout']),
  }),
  z.object({ ...{ type: z.literal('brownout'), ...moment, ...duration }, error_rate: share }),
])

/** Half of the pictures get an honest verdict after a few hours, where a file says nothing. */
const feedback = z
  .object({
    rate: share.default(0.5),
    delay_hours_median: z.number().min(0).default(6),
    rater_sensitivity: share.default(1),
    rater_specificity: share.default(1),
    missing_not_at_random: positive.default(1),
  })
  .prefault({})

const duplicates = z
  .object({
    ...{ exact: share.default(0), semantic: share.default(0), adversarial_near: share.default(0) },
    ttl_hours: positive.default(72),
    zipf: positive.default(1),
  })
  .prefault({})

const traffic = z
  .object({
    burst_rate_per_month: z.number().min(0).max(1_000).default(0),
    burst_mult: z.number().min(1).default(1),
    burst_hours: z.tuple([positive, positive]).default([1, 3]),
    growth_sd: z.number().min(0).max(3).default(0),
  })
  .prefault({})

const shared = {
  id: name,
  kind: z.string().default('stationary'),
  days: positive.max(3_660).default(28),
  requests: z.number().int().positive().max(MOST_REQUESTS).default(20_000),
  latency_price_per_s: dollars.default(0),
  difficulty_sigma: z.number().min(0).max(5),
  gate: z.object({
    ...{ sensitivity: share, false_accept: share },
    ...{ cost: dollars.default(0), seconds: z.number().min(0).default(0) },
  }),
  ...{ feedback, duplicates, traffic },
  steps: byModel(
    z.object({
      ref_steps: z.number().int().positive(),
      ...{ k: positive, drop: share, complex_mult: z.number().min(0) },
    }),
  ).default({}),
  tier: byModel(z.enum(['budget', 'standard', 'premium'])).default({}),
  contexts: z.array(context).min(1).max(MOST_CONTEXTS),
  events: z.array(event).max(1_000).default([]),
}

/** A world file: everything in tables by model. */
export const fullForm = z.object({
  ...shared,
  price: byModel(dollars),
  provider: byModel(name),
  latency: byModel(
    z.object({
      median_s: positive,
      sigma: z.number().min(0).max(3).default(0),
      stall_prob: share.default(0),
    }),
  ),
})

/** The short form for small examples: price and latency stand at the model. */
export const shortForm = z.object({
  ...shared,
  models: byModel(z.object({ price: dollars, latency_s: positive })),
})

/** A read file in its full form. */
export type FullForm = z.output<typeof fullForm>
/** A read file in its short form. */
export type ShortForm = z.output<typeof shortForm>
/** A context as it stands in a file. */
export type WireContext = FullForm['contexts'][number]
