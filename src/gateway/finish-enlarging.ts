import type { RequestRecord } from '../core/jobs/request-record.ts'
import { enlargeRequest } from '../core/routing/enlarging.ts'
import type { Candidate } from '../core/routing/plan.ts'
import { resolveFor } from './allowed-models.ts'
import type { Dependencies } from './dependencies.ts'
import { inputFrom } from './input-from.ts'
import { SMALL_STEP } from './preliminary.ts'
import { quoteOffers } from './quote-offers.ts'
import { type EndedAttempt, missingImages, type ReadyImage, type Run, spentNano } from './run.ts'
import { enlargeSmall } from './stages/enlarge.ts'
import { withoutBroken } from './stages/plan.ts'

/** What `printPlan` says of a picture that is made small. */
interface Written {
  readonly upscale?: { readonly upscaler: string; readonly scale: number }
}

/**
 * Enlarges the small picture of a request whose process died between the two calls. It is the one
 * thing that recovery buys: what is paid already is half a picture, the other half is what the hold
 * was put aside for, and without it both halves would be paid again.
 * @param found the calls as they were found, before what was made on the way is left out.
 */
export async function finishEnlarging(
  run: Run,
  found: readonly EndedAttempt[],
  record: RequestRecord,
  deps: Dependencies,
): Promise<Run> {
  const { upscale } = record.plan as Written
  const [first, ...others] = found
  const [small] = first?.images ?? []
  if (upscale === undefined || first?.attempt.step !== SMALL_STEP || others.length > 0) return run
  if (small === undefined || run.hold === undefined || missingImages(run) <= 0) return run
  const upscaler = await upscalerOf(run, { ...upscale, small, hold: run.hold }, deps)
  if (upscaler === undefined) return run
  const { quality } = (first.attempt.call.settings ?? {}) as { readonly quality?: string }
  const made = { offer: first.attempt.offer, ...(quality === undefined ? {} : { quality }) }
  return enlargeSmall(run, { small, made, scale: upscale.scale, upscaler }, deps)
}

/** The upscaler of the plan, at the price of now, where it can be called and the hold suffices. */
async function upscalerOf(
  run: Run,
  how: Required<Written>['upscale'] & { readonly small: ReadyImage } & Required<Pick<Run, 'hold'>>,
  deps: Dependencies,
): Promise<Candidate | undefined> {
  const { upscaler, scale, small, hold } = how
  const request = enlargeRequest(run.request, await inputFrom(small, deps), scale)
  const asked = { request, resolution: resolveFor(run, request.model), images: 1 }
  const quoted = quoteOffers(asked, run.snapshot, deps.clock.now())
  const leftNano = hold.amountNano - spentNano(run)
  return withoutBroken(quoted, run, deps).candidates.find(
    ({ offer, isSimulated, quote }) =>
      offer === upscaler &&
      isSimulated === (hold.book === 'simulated') &&
      quote.highNano <= leftNano,
  )
}
