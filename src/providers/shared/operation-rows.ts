import { z } from 'zod'
import { abilitiesOf } from '../../core/catalog/emulation.ts'
import type { Model } from '../../core/catalog/model.ts'
import type { OperationLimit } from '../../core/catalog/operation-limit.ts'
import { type EmulatedOperation, emulations, operations } from '../../core/request/operation.ts'
import { controlKinds, upscaleModes } from '../../core/request/operation-details.ts'

const count = z.number().int().positive()
const emulated = Object.keys(emulations) as EmulatedOperation[]

/** Operations that the gateway makes by another call of the model. */
export const emulates = z.array(z.enum(emulated)).min(1)

const limit = z
  .strictObject({
    prompt: z.enum(['required', 'optional', 'none']),
    min_input_pixels: count,
    max_input_pixels: count,
    min_input_edge: count,
    max_input_edge: count,
    max_input_ratio: z.number().min(1),
    max_output_pixels: count,
    fills_output: z.boolean(),
    modes: z.array(z.enum(upscaleModes)).min(1),
    scales: z.array(z.number().gt(1)).min(1),
    max_scale: z.number().gt(1),
    max_expand: count,
    kinds: z.array(z.enum(controlKinds)).min(1),
    strength: z.boolean(),
    keeps_input_size: z.boolean(),
  })
  .partial()
  .refine(
    (row) => row.fills_output !== true || row.max_output_pixels !== undefined,
    'fills_output needs max_output_pixels',
  )
  .transform(toLimit)

/** Limits of a model's calls, by operation. */
export const operationLimits = z.partialRecord(z.enum(operations), limit)

/** The same members in the spelling of the code. */
function toLimit(row: Readonly<Record<string, unknown>>): OperationLimit {
  const camel = (name: string): string =>
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [camel(name), value]))
}

/** What is wrong with a model's operations, in words. */
export function flawOfOperations(model: Model): string | undefined {
  const { operationLimits: limits = {} } = model
  const groundless = model.emulates?.find((name) => !model.operations.includes(emulations[name]))
  if (groundless !== undefined) return `emulates ${groundless} without ${emulations[groundless]}`
  const twice = model.emulates?.find((name) => model.operations.includes(name))
  if (twice !== undefined) return `emulates ${twice}, which it has itself`
  const foreign = Object.keys(limits).find((name) => !model.operations.includes(name as never))
  if (foreign !== undefined) return `limits ${foreign}, which it does not have`
  const abilities = abilitiesOf(model)
  if (abilities.includes('upscale') && limits.upscale?.modes === undefined) {
    return 'must name the modes of its upscale (operation_limits.upscale.modes)'
  }
  if (abilities.includes('control') && limits.control?.kinds === undefined) {
    return 'must name the kinds of its control (operation_limits.control.kinds)'
  }
  return undefined
}
