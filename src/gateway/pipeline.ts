import { failureRules } from '../core/errors/provider-failure.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { Candidate } from '../core/routing/plan.ts'
import type { Caller, Dependencies } from './dependencies.ts'
import { measureMask } from './measure-mask.ts'
import type { GatewayResult } from './result.ts'
import { missingImages, type Run, type Watch } from './run.ts'
import { type BlockedStep, noneAdmitted, runStep } from './run-step.ts'
import { cache } from './stages/cache.ts'
import { finish } from './stages/finish.ts'
import { hold } from './stages/hold.ts'
import { normalise } from './stages/normalise.ts'
import { plan } from './stages/plan.ts'

/** A request that was accepted; its work goes on whether or not anybody waits. */
export interface Ticket {
  readonly requestId: string
  /** Resolves with the answer, rejects with a GatewayError. */
  readonly result: Promise<GatewayResult>
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
  const run = normalise(request, caller, watch, deps)
  const leave = deps.traffic.retries.begin()
  return { requestId: run.id, result: work(run, deps).finally(leave) }
}

/** The order of the stages stands here and nowhere else. */
async function work(begun: Run, deps: Dependencies): Promise<GatewayResult> {
  let run = begun
  try {
    run = await cache(run, deps)
    const { models } = run.resolution
    const request = await measureMask(run.request, { models, snapshot: run.snapshot }, deps)
    run = { ...run, request }
    run = plan(run, deps)
    run = await hold(run, deps)
    run = await runSteps(run, deps)
    return await finish(run, deps)
  } catch (error) {
    run.sibling?.leave()
    run.reservation?.release()
    throw error
  }
}

/** Tries the steps of the plan until all pictures are there, or going on is forbidden. */
async function runSteps(begun: Run, deps: Dependencies): Promise<Run> {
  let run = begun
  const blocked: BlockedStep[] = []
  for (const [index, step] of (run.plan?.steps ?? []).entries()) {
    if (missingImages(run) <= 0 || mustStop(run, deps)) break
    const tried = await tryStep(run, step, index, deps)
    if (tried === undefined) break
    if ('reason' in tried) blocked.push(tried)
    else run = tried
  }
  if (run.plan !== undefined && run.ended.length === 0) throw noneAdmitted(run, blocked)
  return run
}

/**
 * Before the first call nothing is written, so its trouble is the caller's answer; later ones end
 * the plan.
 */
async function tryStep(
  run: Run,
  step: Candidate,
  index: number,
  deps: Dependencies,
): Promise<Run | BlockedStep | undefined> {
  try {
    return await runStep(run, step, index, deps)
  } catch (error) {
    if (run.ended.length === 0) throw error
    deps.log.error({ requestId: run.id, error }, 'plan ended early')
    return undefined
  }
}

/**
 * No other offer may see what was refused by content policy, and no step starts after the deadline.
 */
function mustStop(run: Run, deps: Dependencies): boolean {
  const isForbidden = run.ended.some(({ failures }) =>
    failures.some((failure) => failureRules[failure.class].afterwards === 'stop'),
  )
  const { deadlineMs } = run.request
  const isLate = deadlineMs !== undefined && deps.clock.monotonicMs() - run.startedMs >= deadlineMs
  return isForbidden || isLate
}
