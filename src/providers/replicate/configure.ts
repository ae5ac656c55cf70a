import { z } from 'zod'
import type { ProviderInstance } from '../shared/definition.ts'
import { type MappedModel, mappedModelFields, toMappedModels } from '../shared/mapped-models.ts'

/**
 * Dollars for a second of each kind of hardware, by the names of `GET /hardware`. A machine with
 * several GPUs costs that many times as much (replicate.com/pricing, in the list of
 * github.com/api-evangelist/replicate of 2026-05-04, read 2026-11-20).
 */
const hardware = {
  'gpu-t4': '0.000225',
  'gpu-l40s': '0.000975',
  'gpu-a100-large': '0.0014',
  'gpu-h100': '0.001525',
} as const

const MAX_GPUS = 8
const MAX_MODELS = 500

const record = z
  .strictObject({
    ...mappedModelFields,
    /** An official model, by its name. */
    model: z
      .string()
      .regex(/^[A-Za-z0-9._-]+\/[A-Za-z0-9._-]+$/, 'must be owner/name')
      .optional(),
    /** Any other model, by the id of one version of it. */
    version: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits')
      .optional(),
    hardware: z.enum(Object.keys(hardware) as (keyof typeof hardware)[]).optional(),
    gpus: z.number().int().min(1).max(MAX_GPUS).default(1),
  })
  .refine(({ model, version }) => (model === undefined) !== (version === undefined), {
    path: ['model'],
    message: 'give exactly one of model and version',
  })
  .refine((row) => (row.price === undefined) !== (row.hardware === undefined), {
    path: ['price'],
    message: 'give exactly one of price and hardware',
  })
  .transform(({ model, version, hardware: machine, gpus, ...row }): MappedModel => {
    const perSecond = machine === undefined ? undefined : hardware[machine]
    return {
      ...row,
      price: row.price ?? { kind: 'gpu_second', usd_per_s: perSecond, gpus },
      // Seconds are paid whatever they gave (replicate.com/docs/topics/billing, read 2026-11-20).
      ...(perSecond === undefined || row.billed_on !== undefined
        ? {}
        : { billed_on: { moderated_output: true, failed: true, cancelled: true } }),
      wire: {
        ...(version === undefined ? { model } : { version }),
        ...(machine === undefined ? {} : { hardware: machine }),
      },
    }
  })

const settingsSchema = z.strictObject({ models: z.array(record).max(MAX_MODELS).default([]) })

/**
 * Reads the `settings` of an instance: further models, with the names of their fields and a price.
 * @throws Error in words for settings that are wrong.
 */
export function readSettings({ id, settings }: ProviderInstance) {
  const read = settingsSchema.safeParse(settings)
  if (read.success) return toMappedModels(id, read.data.models)
  const issues = read.error.issues.map((issue) => [...issue.path, issue.message].join(': '))
  throw new Error(`settings of ${id}: ${issues.join('; ')}`)
}
