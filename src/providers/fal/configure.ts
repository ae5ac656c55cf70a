import { z } from 'zod'
import { operations } from '../../core/request/image-request.ts'
import type { ProviderInstance } from '../shared/definition.ts'
import { type MappedModel, mappedModelFields, toMappedModels } from '../shared/mapped-models.ts'

/**
 * Dollars for an hour of each kind of GPU, by the list (fal.ai/pricing of 2026-09-20, read
 * 2026-11-20); contracts go lower.
 */
const hardware = {
  b300: '8.50',
  b200: '6.25',
  h200: '4.50',
  'rtx-pro-6000': '2.99',
} as const

const MAX_MODELS = 500

const endpoint = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)+$/, 'must be owner/name, with its path if it has one')

const record = z
  .strictObject({
    ...mappedModelFields,
    /** The endpoint of all operations, or one for each. */
    endpoint: endpoint.optional(),
    endpoints: z.partialRecord(z.enum(operations), endpoint).optional(),
    hardware: z.enum(Object.keys(hardware) as (keyof typeof hardware)[]).optional(),
    /** How long the endpoint lets a request run, in seconds: the ceiling where time is paid. */
    max_seconds: z.number().positive().max(86_400).optional(),
  })
  .refine((row) => (row.endpoint === undefined) !== (row.endpoints === undefined), {
    path: ['endpoint'],
    message: 'give exactly one of endpoint and endpoints',
  })
  .refine(
    (row) => row.endpoints === undefined || row.operations.every((name) => row.endpoints?.[name]),
    { path: ['endpoints'], message: 'must name one for each operation' },
  )
  .refine((row) => (row.price === undefined) !== (row.hardware === undefined), {
    path: ['price'],
    message: 'give exactly one of price and hardware',
  })
  .refine(
    (row) =>
      (row.hardware === undefined && row.price?.kind !== 'gpu_second') ||
      row.max_seconds !== undefined,
    {
      path: ['max_seconds'],
      message: 'is needed where time is paid: fal stops at no limit of ours',
    },
  )
  .transform(
    ({ endpoint: one, endpoints, hardware: machine, max_seconds, ...row }): MappedModel => {
      const perHour = machine === undefined ? undefined : hardware[machine]
      const each = endpoints ?? Object.fromEntries(row.operations.map((name) => [name, one]))
      return {
        ...row,
        price: row.price ?? { kind: 'gpu_second', usd_per_h: perHour },
        wire: {
          endpoints: each,
          ...(max_seconds === undefined ? {} : { max_seconds }),
          ...(row.price?.kind === 'per_megapixel' ? { unit: 'megapixel' } : {}),
        },
      }
    },
  )

const settingsSchema = z.strictObject({ models: z.array(record).max(MAX_MODELS).default([]) })

/**
 * Reads the `settings` of an instance: further endpoints, with their fields and prices.
 * @throws Error in words for settings that are wrong.
 */
export function readSettings({ id, settings }: ProviderInstance) {
  const read = settingsSchema.safeParse(settings)
  if (read.success) return toMappedModels(id, read.data.models)
  const issues = read.error.issues.map((issue) => [...issue.path, issue.message].join(': '))
  throw new Error(`settings of ${id}: ${issues.join('; ')}`)
}
