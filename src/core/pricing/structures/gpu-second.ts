import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { type ChargeLine, chargeLine } from '../charge.ts'
import { decimal, positiveRateSchema, quotient } from '../decimal.ts'
import { defineStructure } from '../structure.ts'
import { missingUsage, unpriceable } from '../unpriceable.ts'

const SECONDS_PER_HOUR = '3600'

const schema = z
  .strictObject({
    kind: z.literal('gpu_second'),
    /** Dollars for a second of one GPU. */
    usd_per_s: positiveRateSchema.optional(),
    /** Dollars for an hour of one GPU, where the provider publishes it so. */
    usd_per_h: positiveRateSchema.optional(),
    /** GPUs that work on the call at once; absent = 1. */
    gpus: z.int().positive().optional(),
    /** Whether the start of a machine is paid (private deployments); absent = no. */
    bill_startup: z.boolean().optional(),
  })
  .refine(
    ({ usd_per_s, usd_per_h }) => (usd_per_s === undefined) !== (usd_per_h === undefined),
    'give exactly one of usd_per_s and usd_per_h',
  )

type GpuSecond = z.output<typeof schema>

/**
 * The seconds a call keeps GPUs busy. They are known after the call only; before it they are an
 * estimate that comes with the usage, and without one there is no price.
 * @example 2.5 seconds on 2 GPUs at $0.001525 = $0.007625
 */
export const gpuSecond = defineStructure({
  title: 'GPU seconds',
  summary: 'Every second of every GPU costs the same, with or without the start of the machine.',
  schema,
  rate: (component, usage) => {
    const { kind, bill_startup: isStartupBilled = false } = component
    const { predictSeconds, startupSeconds } = usage
    if (predictSeconds === undefined) return refused(missingUsage('predictSeconds', kind))
    if (isStartupBilled && startupSeconds === undefined) {
      return refused(missingUsage('startupSeconds', kind))
    }
    const rate = rateOfSecond(component)
    if (rate === undefined) {
      return refused(unpriceable('unknown_rate', 'usd_per_s', 'the price of a second is not known'))
    }
    const parts = [
      { label: 'GPU time', seconds: predictSeconds },
      { label: 'GPU time, start', seconds: isStartupBilled ? (startupSeconds ?? 0) : 0 },
    ]
    const lines: ChargeLine[] = []
    for (const { label, seconds } of parts) {
      if (seconds === 0) continue
      const quantity = decimal(seconds).times(component.gpus ?? 1)
      lines.push(chargeLine({ kind, label, quantity, unit: 'GPU-second', rate }))
    }
    return ok(lines)
  },
  example: {
    title: 'Two and a half seconds on two H100 at Replicate',
    component: { kind: 'gpu_second', usd_per_s: '0.001525', gpus: 2 },
    usage: { images: 1, predictSeconds: 2.5 },
    usd: '0.007625',
    source: 'Replicate price list, 2026-05-04',
  },
})

function rateOfSecond({ usd_per_s, usd_per_h }: GpuSecond): string | undefined {
  return usd_per_s ?? (usd_per_h === undefined ? undefined : quotient(usd_per_h, SECONDS_PER_HOUR))
}
