import { GatewayError } from '../core/errors/gateway-error.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { Candidate } from '../core/routing/plan.ts'
import { isClosedByPolicy, isPointless } from './after-refusal.ts'
import { unsent } from './cut-short.ts'
import type { Caller, Dependencies } from './dependencies.ts'
import { runHedged } from './hedge.ts'
import { measureMask } from './measure-mask.ts'
import { openPreview, type Preview } from './preview.ts'
import { heldToReferences } from './references.ts'
import type { GatewayResult } from './result.ts'
import { missingImages, newlyEnded, type Run, type Watch } from './run.ts'
import { type BlockedStep, noneAdmitted } from './run-step.ts'
import { admit } from './stages/admit.ts'
import { afford } from './stages/afford.ts'
import { cache } from './stages/cache.ts'
import { classify } from './stages/classify.ts'
import { compareDrafts } from './stages/compare-drafts.ts'
import { deliver } from './stages/deliver.ts'
import { draft } from './stages/draft.ts'
import { enlarge } from './stages/enlarge.ts'
import { type After, finish } from './stages/finish.ts'
import { hold } from './stages/hold.ts'
import { near, setAsideVector, writtenDown } from './stages/near.ts'
import { normalise } from './stages/normalise.ts'
import { plan } from './stages/plan.ts'
import { isDrafted, planDrafts } from './stages/plan-drafts.ts'
import { planEnlarging } from './stages/plan-enlarging.ts'
import { planPreview } from './stages/plan-preview.ts'
import { onAbort, openStop } from './stop-order.ts'

/** A request that was accepted; its work goes on whether or not anybody waits. */
export interface Ticket {
  readonly requestId: string
  /** Resolves with the answer, rejects with a GatewayError. */
  readonly result: Promise<GatewayResult>
  /** Resolves when all its work has ended, which may be after the answer. */
  readonly ended: Promise<void>
  /** Buys nothing more, and gives up the calls that can be stopped. */
  cancel(): void
}

/**
 * Takes a request and starts its work. One request record with its attempts is the unit of work: a
 * synchronous call waits on the ticket, a job does not.
 * @throws GatewayError for everything that can be refused before the work starts.
 */
export function submit(
  request: ImageRequest,
  caller: Caller,
  watch: Watch,
  deps: Dependencies,
): Ticket {
  const stop = openStop()
  const run = normalise(request, caller, { watch, stop }, deps)
  const givesUpCalls = request.cancelOnDisconnect ?? deps.cancelsOnDisconnect
  onAbort(watch.gone, () => stop.leave({ givesUpCalls }))
  const places = deps.keys.begin(caller, request.n)
  const leave = deps.traffic.retries.begin()
  const afterwards: Promise<unknown>[] = []
  const after: After = (later) => afterwards.push(later)
  noteRepeat(run, deps, after)
  const conclude = async (done: Run): Promise<GatewayResult> => {
    const finished = await finish(done, deps, after)
    const shown = finished.images.map(({ record }) => record.id)
    deps.learning.repeats.answered(done, shown, deps.clock.now())
    return finished
  }
  const result = places.then(() => work(run, deps, conclude)).finally(leave)
  const ended = result
    .then(
      () => all(afterwards),
      () => all(afterwards),
    )
    .finally(async () => (await places.catch(() => undefined))?.())
  const cancel = () => stop.leave({ givesUpCalls: true })
  return { requestId: run.id, result, ended, cancel }
}

const all = async (work: readonly Promise<unknown>[]): Promise<void> => {
  await Promise.allSettled(work)
}

/** The order of the stages stands here and nowhere else. */
const stages: readonly ((run: Run, deps: Dependencies) => Promise<Run>)[] = [
  admit,
  cache,
  measure,
  classify,
  async (run, deps) => (isDrafted(run) ? planDrafts(run, deps) : plan(run, deps)),
  async (run, deps) => planPreview(planEnlarging(run, deps), deps),
  async (run, deps) => compareDrafts(heldToReferences(run, deps), deps),
  setAsideVector,
  afford,
  hold,
  accept,
  near,
  runAll,
  deliver,
]

/**
 * Takes a run through the stages, up to what becomes of it. What refuses an accepted one ends them,
 * and stands in the run.
 * @param conclude ends the run, or puts it back.
 */
export async function work<Value>(
  begun: Run,
  deps: Dependencies,
  conclude: (run: Run) => Promise<Value>,
): Promise<Value> {
  let run = begun
  try {
    for (const stage of stages) {
      const reached = run
      run = await stage(run, deps).catch((error) => refuse(reached, error))
      if (run.refusal !== undefined) break
    }
    return await conclude(run)
  } catch (error) {
    run.sibling?.leave(deps.clock.monotonicMs())
    run.reservation?.release()
    throw error
  }
}

/** Measures a mask where a price depends on it. */
async function measure(run: Run, deps: Dependencies): Promise<Run> {
  const { request, resolution, snapshot } = run
  return {
    ...run,
    request: await measureMask(request, { models: resolution.models, snapshot }, deps),
  }
}

/** Who asks for the same picture again within minutes did not like the one he got. */
function noteRepeat(run: Run, { learning, clock, log }: Dependencies, after: After): void {
  for (const imageId of learning.repeats.repeatedBy(run, clock.now())) {
    const heard = learning.evidence.hear(imageId, { kind: 'regenerated' })
    after(heard.catch((error) => log.warn({ imageId, error }, 'evidence not counted')))
  }
}

/** Writes a request down before its first call, where the caller asked for that, and any job. */
async function accept(run: Run, deps: Dependencies): Promise<Run> {
  const isWanted = run.watch.onAccepted !== undefined || run.job !== undefined
  if (!isWanted || run.hold === undefined) return run
  const accepted = await writtenDown(run, deps)
  run.watch.onAccepted?.()
  return accepted
}

/** What makes a call impossible is an error to the caller, or the end of what was accepted. */
function refuse(run: Run, error: unknown): Run {
  const isKnown = run.isAccepted === true || run.isKnown === true || run.job !== undefined
  if (!isKnown || !GatewayError.isInstance(error)) throw error
  return { ...unsent(run), refusal: error }
}

/**
 * Drafts, or a small picture that is enlarged, come first, where the plan has them; a preview is
 * made beside the first step.
 */
async function runAll(run: Run, deps: Dependencies): Promise<Run> {
  if (missingImages(run) <= 0) return run
  const drafted = await enlarge(await draft(run, deps), deps)
  const preview = openPreview(drafted, deps)
  try {
    return preview.close(await runSteps(drafted, preview, deps))
  } catch (error) {
    preview.close(drafted)
    throw error
  }
}

/** Tries the steps of the plan that may see the request, until all pictures are there. */
async function runSteps(begun: Run, preview: Preview, deps: Dependencies): Promise<Run> {
  let run = begun
  const blocked: BlockedStep[] = []
  for (const [index, step] of (run.plan?.steps ?? []).entries()) {
    run = preview.into(run)
    if (missingImages(run) <= 0 || mustStop(run, deps)) break
    if (isClosedByPolicy(run, step) || wasTried(run, index, step.offer)) continue
    if (isPointless(run, step, deps)) continue
    const tried = await tryStep(run, { step, index, onSent: preview.begin }, deps)
    if (tried === undefined) break
    if ('reason' in tried) blocked.push(tried)
    else run = tried
  }
  if (run.plan === undefined || newlyEnded(run).length > 0) return run
  if (run.stop.buying.aborted) return unsent(run)
  // Of a job nothing is left that was not tried before.
  if (blocked.length === 0 && run.ended.length > 0) return run
  throw noneAdmitted(run, blocked)
}

/**
 * Before the first call nothing is written, so its trouble is the caller's answer; later ones end
 * the plan.
 */
async function tryStep(
  run: Run,
  { step, index, onSent }: { step: Candidate; index: number; onSent: () => void },
  deps: Dependencies,
): Promise<Run | BlockedStep | undefined> {
  try {
    return await runHedged(run, step, index, deps, onSent)
  } catch (error) {
    if (newlyEnded(run).length === 0) throw error
    deps.log.error({ requestId: run.id, error }, 'plan ended early')
    return undefined
  }
}

/**
 * A step may have been taken along as a hedge of an earlier one. Of a call of an earlier turn that
 * may have been paid for nothing, its offer is not asked again.
 */
function wasTried(run: Run, index: number, offer: string): boolean {
  const isDoubtful = ({ attempt }: Run['ended'][number]): boolean =>
    attempt.offer === offer && attempt.outcome === 'timeout_unknown'
  const isSame = newlyEnded(run).some(({ attempt }) => attempt.step === index)
  return isSame || run.ended.slice(0, run.job?.earlier ?? 0).some(isDoubtful)
}

/** No step starts after the caller's deadline, or when nobody wants the pictures any more. */
function mustStop({ request, startedMs, stop }: Run, { clock }: Dependencies): boolean {
  const { deadlineMs } = request
  const isLate = deadlineMs !== undefined && clock.monotonicMs() - startedMs >= deadlineMs
  return isLate || stop.buying.aborted
}
