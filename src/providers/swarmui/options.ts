import { z } from 'zod'
import { callOptions, firstUnfit } from '../shared/call-options.ts'
import { optionsFor } from '../shared/operation-options.ts'
import { seedsWithin } from '../shared/plan-limits.ts'

const members = {
  loras: z
    .array(
      z.strictObject({
        // Names are joined by commas on the server.
        name: z.string().regex(/^[^,|]{1,200}$/, 'must not contain , or |'),
        weight: z.number().min(-5).max(5).default(1),
      }),
    )
    .max(10)
    .optional(),
  sampler: z.string().min(1).max(100).optional(),
  scheduler: z.string().min(1).max(100).optional(),
} as const

const editing = z.strictObject({
  ...members,
  /** How far the picture may move from its input; the server's own 0.6 unless said. */
  strength: z.number().min(0).max(1).optional(),
})

const optionsOf = {
  generate: z.strictObject(members),
  edit: editing,
  inpaint: editing,
} as const

/** The largest seed of the interface (src/Text2Image/T2IParamTypes.cs, read 2026-11-26). */
const MOST_SEED = 9_007_199_254_740_991

const options = callOptions<z.output<typeof editing>>(({ operation }) =>
  optionsFor(optionsOf, operation),
)

/** The options to send; none when they are not valid. */
export const acceptedOptions = options.read

/** Which options and values the server does not take, and why. */
export const checkOptions = firstUnfit(seedsWithin(0, MOST_SEED), options.check)
