import type { ImageRequest, Warning } from '../../core/request/image-request.ts'
import { enlargeRequest, smallRequest } from '../../core/routing/enlarging.ts'
import type { Candidate } from '../../core/routing/plan.ts'
import type { Dependencies } from '../dependencies.ts'
import { inputFrom } from '../input-from.ts'
import { asPreliminary, ENLARGE_STEP, SMALL_STEP } from '../preliminary.ts'
import type { ReadyImage, Run } from '../run.ts'
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
  const drawn = await runStep(first, part.small, SMALL_STEP, deps)
  if ('reason' in drawn) return run
  const ended = drawn.ended.map(asPreliminary)
  const begun: Run = { ...run, ended, providerMs: drawn.providerMs }
  const [small] = drawn.ended.flatMap(({ images }) => images)
  if (small === undefined) return begun
  if ((request.partialImages ?? 0) > 0 && small.bytes !== undefined) {
    onPartial?.({ index: 0, bytes: small.bytes })
  }
  const { quality } = part.small.fit.settings
  const made = { offer: part.small.offer, ...(quality === undefined ? {} : { quality }) }
  return enlargeSmall(begun, { ...part, small, made }, deps)
}

/**
 * Enlarges what was made small; the run stays as it is when nothing can be sent, or nobody wants
 * it any more.
 */
export async function enlargeSmall(
  begun: Run,
  {
    small,
    made,
    scale,
    upscaler,
  }: {
    readonly small: ReadyImage
    readonly made: Required<Run>['enlarges']['made']
    readonly scale: number
    readonly upscaler: Candidate
  },
  deps: Dependencies,
): Promise<Run> {
  if (begun.stop.buying.aborted || isLate(begun, deps)) return begun
  const { request } = begun
  const enlarging: Run = {
    ...begun,
    request: enlargeRequest(request, await inputFrom(small, deps), scale),
    enlarges: { made, request },
  }
  const larger = await runStep(enlarging, upscaler, ENLARGE_STEP, deps)
  if ('reason' in larger) return begun
  const { ended, providerMs } = larger
  const [large] = ended.flatMap(({ images }) => images)
  const makers = { maker: made.offer, upscaler: upscaler.offer }
  const told = large === undefined ? [] : [warningOf(request, makers, small, large)]
  return { ...begun, ended, providerMs, warnings: [...begun.warnings, ...told] }
}

const isLate = ({ request: { deadlineMs }, startedMs }: Run, { clock }: Dependencies): boolean =>
  deadlineMs !== undefined && clock.monotonicMs() - startedMs >= deadlineMs

function warningOf(
  { images }: ImageRequest,
  { maker, upscaler }: { readonly maker: string; readonly upscaler: string },
  small: ReadyImage,
  large: ReadyImage,
): Warning {
  const how = images.length === 0 ? '' : ' of what went in, made as small'
  const message =
    `${maker} made ${sizeOf(small)}${how}, which ${upscaler} enlarged to ${sizeOf(large)}: ` +
    'that costs less, and the purpose allows it.'
  return { code: 'parameter_approximated', param: 'size', message }
}

const sizeOf = ({ record: { width, height } }: ReadyImage): string => `${width}x${height}`
