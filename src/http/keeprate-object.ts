import { z } from 'zod'
import { priorities } from '../core/jobs/queue-place.ts'
import { destinationLimits } from '../core/notices/destination.ts'
import { complexities } from '../core/purpose/words.ts'
import {
  cacheModes,
  gateRefusalModes,
  hedgeModes,
  needs,
  refusalModes,
  requestStrategies,
} from '../core/request/image-request.ts'
import { requestLimits } from '../core/request/limits.ts'
import { operations } from '../core/request/operation.ts'
import { controlKinds, upscaleModes } from '../core/request/operation-details.ts'

const label = z.string().max(requestLimits.maxLabelCharacters)
/**
 * How deep the values may be nested is checked with the request; a schema of them would recurse.
 */
const jsonObject = z.record(z.string(), z.unknown())

/**
 * What operations need to know; their ranges, and which operation takes which, are checked with the
 * request.
 */
export const detailMembers = {
  expand: z
    .strictObject({
      left: z.number().nullish(),
      right: z.number().nullish(),
      top: z.number().nullish(),
      bottom: z.number().nullish(),
    })
    .nullish(),
  scale: z.number().nullish(),
  mode: z.enum(upscaleModes).nullish(),
  search: z.string().nullish(),
  control: z.enum(controlKinds).nullish(),
  strength: z.number().nullish(),
} as const

/**
 * Our own inputs, as the `keeprate` object of a body; the headers `x-keeprate-…` say the same.
 * Unknown members are refused: nothing is dropped silently.
 */
export const keeprateObject = z.strictObject({
  purpose: label.nullish(),
  category: label.nullish(),
  complexity: z.enum(complexities).nullish(),
  display: z.string().nullish(),
  floor: z.number().nullish(),
  brand: label.nullish(),
  references: z.array(z.string()).min(1).max(requestLimits.maxReferences).nullish(),
  reference_threshold: z.number().nullish(),
  baseline: label.nullish(),
  dry_run: z.boolean().nullish(),
  max_cost: z.union([z.string(), z.number()]).nullish(),
  needs: z.array(z.enum(needs)).nullish(),
  strict: z.boolean().nullish(),
  group: label.nullish(),
  webhook: z.string().max(destinationLimits.maxUrlCharacters).nullish(),
  consistent: z.boolean().nullish(),
  priority: z.enum(priorities).nullish(),
  not_before: z.string().nullish(),
  user: label.nullish(),
  deadline_ms: z.number().nullish(),
  cache: z.enum(cacheModes).nullish(),
  cache_ttl: z.union([z.string(), z.number()]).nullish(),
  cache_threshold: z.number().nullish(),
  cancel_on_disconnect: z.boolean().nullish(),
  on_policy_refusal: z.enum(refusalModes).nullish(),
  on_gate_refusal: z.enum(gateRefusalModes).nullish(),
  strategy: z.enum(requestStrategies).nullish(),
  hedge: z.enum(hedgeModes).nullish(),
  tags: z.record(z.string(), z.string().max(requestLimits.maxTagCharacters)).nullish(),
  body: z.enum(['on', 'off']).nullish(),
  negative_prompt: z.string().max(requestLimits.maxPromptCharacters).nullish(),
  aspect_ratio: z.string().nullish(),
  resolution: z.string().nullish(),
  seed: z.number().nullish(),
  steps: z.number().nullish(),
  guidance: z.number().nullish(),
  provider_options: z.record(z.string(), jsonObject).nullish(),
  operation: z.enum(operations).nullish(),
  ...detailMembers,
})
/** See {@link keeprateObject}. */
export type KeeprateObject = z.infer<typeof keeprateObject>
