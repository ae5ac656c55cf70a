import { failureRules } from '../core/errors/provider-failure.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import type { Candidate } from '../core/routing/plan.ts'
import type { Caller, Dependencies } from './dependencies.ts'
import type { GatewayResult } from './result.ts'
import { type EndedAttempt, missingImages, type Run, type Watch } from './run.ts'
import { cache } from './stages/cache.ts'
import { execute, type OpenAttempt, openAttempts } from './stages/execute.ts'
import { finish } from './stages/finish.ts'
import { hold } from './stages/hold.ts'
import { judge } from './stages/judge.ts'
import { normalise } from './stages/normalise.ts'
import { plan } from './stages/plan.ts'
import { publish } from './stages/publish.ts'
import { settle } from './stages/settle.ts'

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
  return { requestId: run.id, result: work(run, deps) }
}

/** The order of the stages stands here and nowhere else. */
async function work(begun: Run, deps: Dependencies): Promise<GatewayResult> {
  let run = begun
  try {
    run = await cache(run, deps)
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
  for (const [index, step] of (run.plan?.steps ?? []).entries()) {
    if (missingImages(run) <= 0 || mustStop(run, deps)) break
    const opened = await tryOpen(run, step, index, deps)
    if (opened === undefined) break
    const before = run
    const ended = await Promise.all(opened.map((open) => runAttempt(open, before, deps)))
    const providerMs = Math.max(0, ...ended.map((attempt) => attempt.durationMs))
    run = {
      ...run,
      ended: [...run.ended, ...ended],
      providerMs: run.providerMs + providerMs,
    }
  }
  return run
}

/**
 * Before the first step nothing is written, so its trouble is the caller's answer; later ones end
 * the plan.
 */
async function tryOpen(
  run: Run,
  step: Candidate,
  index: number,
  deps: Dependencies,
): Promise<readonly OpenAttempt[] | undefined> {
  try {
    return await openAttempts(run, step, index, deps)
  } catch (error) {
    if (run.ended.length === 0) throw error
    deps.log.error({ requestId: run.id, error }, 'plan ended early')
    return undefined
  }
}

/** One call from sending to publishing; money first, looks second. */
async function runAttempt(open: OpenAttempt, run: Run, deps: Dependencies): Promise<EndedAttempt> {
  const answered = await execute(open, run, deps)
  return conclude(answered, run, deps)
}

/** Everything that follows an answer; also the way on for a job that was resumed. */
export async function conclude(
  answered: Awaited<ReturnType<typeof execute>>,
  run: Pick<Run, 'id' | 'caller' | 'hold' | 'shown'>,
  deps: Dependencies,
): Promise<EndedAttempt> {
  const settled = await settle(answered, run, deps)
  const judged = await judge(settled, run.shown, deps)
  return publish(judged, deps)
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
