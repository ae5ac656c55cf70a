import { ok, type Result, refused } from '../result.ts'
import { missingUsage, type UnpriceableReason, unpriceable } from './unpriceable.ts'
import type { Usage } from './usage.ts'

/** Denoising steps of each image; none at all is refused, because it would make a picture free. */
export function stepsOf(usage: Usage, kind: string): Result<number, UnpriceableReason> {
  const { steps } = usage
  if (steps === undefined) return refused(missingUsage('steps', kind))
  if (steps > 0) return ok(steps)
  return refused(unpriceable('invalid_usage', 'steps', 'no picture is made in 0 steps'))
}
