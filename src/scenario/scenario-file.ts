import { z } from 'zod'
import { orderSchema } from '../sandbox/fault-order.ts'

/** Longest rehearsal, in seconds of its own time: a day. */
const MAX_SECONDS = 86_400
/** Requests of one rehearsal; on one core some hundred a second of real time. */
const MAX_REQUESTS = 100_000

const asked = {
  model: z.string().min(1).default('auto'),
  prompt: z.string().min(1).max(4_000).default('a lighthouse').describe('A number is added to it.'),
  size: z.string().default('1024x1024'),
  quality: z.string().optional(),
  n: z.int().min(1).max(10).default(1),
}

/** One kind of request, and how often it comes beside the others. */
const requestKind = z.strictObject({
  weight: z.number().positive().max(1_000_000).default(1).describe('Beside the other kinds.'),
  ...asked,
  deadline_s: z.number().positive().max(MAX_SECONDS).optional(),
})

const batch = z.strictObject({
  lines: z.int().min(1).max(MAX_REQUESTS).describe('Jobs of low priority, queued together.'),
  after_s: z.number().min(0).max(MAX_SECONDS).default(0).describe('When they are queued.'),
  ...asked,
})

const load = z
  .strictObject({
    rps: z.number().positive().max(1_000).optional().describe('New requests a second.'),
    concurrency: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Instead of rps: so many callers, each asking again when it was answered.'),
    requests: z.int().min(1).max(MAX_REQUESTS).optional().describe('Ends after so many.'),
    for_s: z.number().positive().max(MAX_SECONDS).optional().describe('Ends after so long.'),
    mix: z.array(requestKind).min(1).max(100).prefault([{}]),
  })
  .refine(({ rps, concurrency }) => (rps === undefined) !== (concurrency === undefined), {
    message: 'give either rps or concurrency',
  })
  .refine(({ requests, for_s: forS }) => (requests ?? forS) !== undefined, {
    message: 'give requests or for_s, or both',
  })

const share = z.number().min(0).max(1)

/** What must hold, or the command ends with 3. */
const goals = z.strictObject({
  success: share.optional().describe('Least share of requests that got their pictures.'),
  calls_per_request: z.number().positive().optional().describe('Most calls of providers.'),
  wasted_per_minute: z
    .number()
    .min(0)
    .optional()
    .describe('Most failed calls a minute at any one provider, while an order concerned it.'),
  p95_s: z.number().positive().optional(),
  lines_made: share.optional().describe('Least share of the lines of the batch that were made.'),
})

/** A rehearsal as a file tells it: who asks, and what goes wrong meanwhile. */
export const scenarioSchema = z.strictObject({
  /** For editors. */
  $schema: z.string().optional(),
  scenario: z.string().min(1).max(200).describe('What it is called in its report.'),
  note: z.string().optional(),
  seed: z.union([z.int(), z.string().max(100)]).default(1),
  providers: z
    .array(z.string())
    .min(1)
    .max(100)
    .optional()
    .describe('Emulated providers there are; all if absent.'),
  load,
  batch: batch.optional().describe('Lines that nobody waits for, beside the load.'),
  faults: z.array(orderSchema).max(100).default([]).describe('What goes wrong, and when.'),
  goals: goals.prefault({}),
})

/** See {@link scenarioSchema}. */
export type Scenario = z.output<typeof scenarioSchema>
/** See {@link scenarioSchema}. */
export type RequestKind = Scenario['load']['mix'][number]
/** See {@link scenarioSchema}. */
export type BatchLoad = NonNullable<Scenario['batch']>
