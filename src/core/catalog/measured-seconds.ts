import { percentile } from '../breaker/latency.ts'
import type { CallPlan, UsageEstimate } from './call-plan.ts'
import { offerName } from './model.ts'

/** Calls that seconds must be measured over before they are believed. */
const FEWEST_MEASURED = 5

/** Seconds of one picture each, of the latest calls of one kind; see {@link secondsKey}. */
export type MeasuredSeconds = (key: string) => readonly number[]

/** What decides how long a machine works on one picture: the offer, its size and its steps. */
export const secondsKey = ({ model, operation, expectedSize, settings }: CallPlan): string =>
  [
    offerName(model),
    operation,
    `${expectedSize.width}x${expectedSize.height}`,
    settings.steps ?? 'default',
  ].join(' ')

/**
 * An estimate with the seconds that calls like this really took, where they are priced by the
 * second: half of them took less than the expected ones. The ceiling stays: a hold must cover what
 * a call can take at worst, not what it usually takes.
 * @param measured seconds of one picture each, of the latest calls alike.
 */
export function withMeasuredSeconds(
  estimate: UsageEstimate,
  measured: readonly number[],
  images: number,
): UsageEstimate {
  const { low, expected, high } = estimate
  const ceiling = high.predictSeconds
  if (expected.predictSeconds === undefined || ceiling === undefined) return estimate
  if (measured.length < FEWEST_MEASURED) return estimate
  const secondsOf = (share: number): number =>
    Math.min(ceiling, (percentile(measured, share) ?? 0) * images)
  const least = Math.min(secondsOf(0.05), low.predictSeconds ?? ceiling)
  return {
    low: { ...low, predictSeconds: least },
    expected: { ...expected, predictSeconds: secondsOf(0.5) },
    high,
  }
}
