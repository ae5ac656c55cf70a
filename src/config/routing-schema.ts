import { z } from 'zod'
import { positiveRateSchema } from '../core/pricing/decimal.ts'
import { gateRefusalModes, refusalModes } from '../core/request/image-request.ts'
import { repeatModes } from '../core/request/repeat-rule.ts'
import { dataPolicySchema } from './data-policy.ts'

const duration = z.union([
  z.number().int().min(1).max(999_999_999),
  z.string().regex(/^[1-9]\d{0,8}[smhd]?$/, 'must be seconds, or 30m, 72h, 7d'),
])

/** What `keeprate.yaml` may say of the way that requests go. */
export const routingMembers = {
  on_policy_refusal: z
    .enum(refusalModes)
    .optional()
    .describe(
      'Whether content that one provider refused may go to another one (fallback), or nowhere ' +
        '(stop); a request may say so itself',
    ),
  on_gate_refusal: z
    .enum(gateRefusalModes)
    .optional()
    .describe(
      'When gates refused every picture: the best one is delivered with a warning (deliver), or ' +
        'the request fails (fail); pictures are kept either way, and a request may say so itself',
    ),
  repeats: z
    .strictObject({
      mode: z
        .enum(repeatModes)
        .optional()
        .describe('What is done about too many: a 429 (refuse), a warning (warn) or nothing (off)'),
      most: z
        .number()
        .int()
        .min(1)
        .max(10_000)
        .optional()
        .describe('Requests with the same words that one end user may send within the time'),
      within: duration.optional().describe('The time in which they are counted'),
    })
    .optional()
    .describe('The same words of the same end user, again and again'),
  consistent_groups: z
    .boolean()
    .optional()
    .describe('Whether all pictures of a group come from one model; a request may say so itself'),
  batch_services: z
    .boolean()
    .optional()
    .describe(
      'Whether lines of batches that may take a day go to the batch services of providers, which ' +
        'cost less',
    ),
  data_policy: dataPolicySchema.optional(),
  previews: z
    .strictObject({
      max_share: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe(
          'Share of its price that a draft may cost which a stream shows where the model has no ' +
            'partial images of its own; 0 = none unless it is free',
        ),
    })
    .optional()
    .describe('Drafts that streams show while the picture is made'),
  hedge: z
    .strictObject({
      after: z
        .union([z.literal('p95'), duration])
        .optional()
        .describe(
          'Silence of an offer after which the next one is asked as well: a duration, or p95 of ' +
            "the offer's own latest calls; without it only for requests with a deadline that ask",
        ),
      until_measured: duration
        .optional()
        .describe('The silence that counts while fewer than 20 calls of an offer are measured'),
      max_cost_share: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .describe(
          'An offer whose calls cannot be cancelled is not asked as well when it costs more than ' +
            'this share of what the request may cost',
        ),
    })
    .optional()
    .describe('Asks a second offer while the first one is silent'),
  caller_compute: z
    .strictObject({
      memory_gb: z
        .number()
        .positive()
        .max(1_024)
        .optional()
        .describe("Memory of the caller's process that waits and is paid by the second, in GB"),
      usd_per_gb_second: z
        .union([positiveRateSchema, z.number().positive()])
        .optional()
        .describe('What a GB of it costs a second, in dollars; 0.0000166667 unless it is given'),
    })
    .optional()
    .describe('What waiting costs the caller; with it slow offers rank behind equally dear ones'),
}
