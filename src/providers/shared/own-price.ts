import { z } from 'zod'
import { type Model, offerName } from '../../core/catalog/model.ts'
import { type PriceRow, priceRowSchema } from '../../core/pricebook/price-row.ts'
import { decimal, quotient } from '../../core/pricing/decimal.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import type { Size } from '../../core/request/image-request.ts'
import type { CallPlan, UsageEstimate } from '../../ports/provider.ts'
import type { ProviderInstance } from './definition.ts'
import { instanceProblem } from './instance.ts'

/** What an operator may say of a server's speed, for all of its models or for one. */
export const ownSpeedMembers = {
  images_per_hour: z.number().positive().optional(),
  seconds_per_image: z.number().positive().optional(),
  /** Share of the paid hours in which the machine works. */
  utilisation: z.number().positive().max(1).optional(),
} as const

/** See {@link ownSpeedMembers}. */
export type OwnSpeed = z.output<z.ZodObject<typeof ownSpeedMembers>>

/** Rows of a configuration hold since ever: the operator changes them by a restart. */
const SINCE = '2000-01-01'
const SECONDS_PER_HOUR = 3600

/** No call is shorter, in seconds: one that took no time at all would look free. */
const LEAST_SECONDS = 0.01

/**
 * The price of a model on a machine of the operator's own. An image costs its share of the hour
 * where the operator says how many there are in one; else the seconds are paid that the server says
 * it took, and idle hours raise the price of each.
 * @throws InstanceError when nobody said what an hour costs.
 */
export function ownPriceRows(
  instance: ProviderInstance,
  model: Model,
  speed: OwnSpeed,
): readonly PriceRow[] {
  const { hourlyCost } = instance
  if (hourlyCost === undefined) {
    const text =
      'is missing: dollars for an hour of the machine, its rent or the power it draws, such as ' +
      '0.80; what has no price is never called'
    throw instanceProblem(['hourly_cost'], text)
  }
  const utilisation = decimal(speed.utilisation ?? 1)
  const imagesPerHour = imagesAnHour(speed)
  const component =
    imagesPerHour === undefined
      ? { kind: 'gpu_second', usd_per_h: quotient(hourlyCost, utilisation) }
      : {
          kind: 'gpu_hour_selfhost',
          usd_per_h: hourlyCost,
          images_per_h: imagesPerHour,
          utilisation: utilisation.toFixed(),
        }
  return model.operations.map((operation) =>
    priceRowSchema.parse({
      offer: offerName(model),
      operation,
      components: [component],
      valid_from: SINCE,
      source: configurationSource(instance.id),
    }),
  )
}

/** The source of prices that the operator gave. */
export const configurationSource = (id: string) =>
  ({ url: `urn:keeprate:configuration:${id}`, read_at: SINCE, confidence: 'high' }) as const

function imagesAnHour(speed: OwnSpeed): string | undefined {
  const { images_per_hour: images, seconds_per_image: seconds } = speed
  if (images !== undefined) return decimal(images).toFixed()
  return seconds === undefined ? undefined : quotient(decimal(SECONDS_PER_HOUR), decimal(seconds))
}

/**
 * What a call on an own server uses. The seconds follow pixels and steps, as diffusion does; the
 * most is the time limit of the call, after which it is given up, so a hold always covers it.
 */
export function ownEstimate(plan: CallPlan, size: Size = plan.expectedSize): UsageEstimate {
  const { model, n, operation, settings } = plan
  const { defaultSize, steps: range, typicalSeconds, timeoutMs } = model
  const area = (size.width * size.height) / (defaultSize.width * defaultSize.height)
  const steps = settings.steps ?? range?.default
  const effort = steps === undefined || range === undefined ? 1 : steps / range.default
  const mostSeconds = timeoutMs / 1_000
  const usage = (predictSeconds: number): Usage => ({
    images: n,
    ...size,
    operation,
    predictSeconds,
    ...(steps === undefined ? {} : { steps }),
  })
  return {
    low: usage(LEAST_SECONDS),
    expected: usage(Math.min(mostSeconds, typicalSeconds * n * area * effort)),
    high: usage(mostSeconds),
  }
}

/** Seconds that a server says it took, as usage; nothing when it does not say. */
export function measuredSeconds(seconds: number, { model }: CallPlan): Partial<Usage> {
  if (!Number.isFinite(seconds) || seconds < 0) return {}
  const predictSeconds = Math.min(model.timeoutMs / 1_000, Math.max(LEAST_SECONDS, seconds))
  return { predictSeconds }
}
