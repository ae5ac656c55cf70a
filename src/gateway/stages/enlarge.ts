import type { Warning } from '../../core/request/image-request.ts'
import { enlargeRequest, smallRequest } from '../../core/routing/enlarging.ts'
import type { EnlargingPart } from '../../core/routing/plan.ts'
import type { Dependencies } from '../dependencies.ts'
import { inputFrom } from '../input-from.ts'
import { asPreliminary, ENLARGE_STEP, SMALL_STEP } from '../preliminary.ts'
import type { Run } from '../run.ts'
import { runStep } from '../run-step.ts'

/**
 * Makes the picture small and enlarges it, where the plan has that. When nothing comes of it, the
 * steps of the plan make the picture at once. Who streams is shown the small one.
 */
export async function enlarge(run: Run, deps: Dependencies): Promise<Run> {
  const part = run.plan?.enlarging
  if (part === undefined) return run
  const { request } = run
  const size = part.small.fit.expectedSize
  const { onPartial, ...watch } = run.watch
  const first = { ...run, watch, request: smallRequest(request, size) }
  const made = await runStep(first, part.small, SMALL_STEP, deps)
  if ('reason' in made) return run
  const ended = made.ended.map(asPreliminary)
  const begun: Run = { ...run, ended, providerMs: made.providerMs }
  const [small] = made.ended.flatMap(({ images }) => images)
  if (small === undefined || run.stop.buying.aborted || isLate(run, deps)) return begun
  if ((request.partialImages ?? 0) > 0 && small.bytes !== undefined) {
    onPartial?.({ index: 0, bytes: small.bytes })
  }
  const { quality } = part.small.fit.settings
  const enlarging: Run = {
    ...begun,
    request: enlargeRequest(request, await inputFrom(small, deps), part.scale),
    enlarges: {
      made: { offer: part.small.offer, ...(quality === undefined ? {} : { quality }) },
      request,
    },
  }
  const larger = await runStep(enlarging, part.upscaler, ENLARGE_STEP, deps)
  if ('reason' in larger) return begun
  const isMade = larger.ended.some(({ images }) => images.length > 0)
  return {
    ...{ ...begun, ended: larger.ended, providerMs: larger.providerMs },
    warnings: isMade ? [...run.warnings, warningOf(part)] : run.warnings,
  }
}

const isLate = ({ request: { deadlineMs }, startedMs }: Run, { clock }: Dependencies): boolean =>
  deadlineMs !== undefined && clock.monotonicMs() - startedMs >= deadlineMs

function warningOf({ small, upscaler, wanted }: EnlargingPart): Warning {
  const { width, height } = small.fit.expectedSize
  const message =
    `${small.offer} made ${width}x${height}, which ${upscaler.offer} enlarged to ` +
    `${wanted.width}x${wanted.height}: that costs less, and the purpose allows it.`
  return { code: 'parameter_approximated', param: 'size', message }
}
