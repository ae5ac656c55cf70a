import { invalid } from '../core/errors/gateway-error.ts'
import type { ImageRequest, Warning } from '../core/request/image-request.ts'
import { mayHedge, silenceMs } from '../core/routing/hedge-rule.ts'
import { type Candidate, splitCalls } from '../core/routing/plan.ts'
import { isClosedByPolicy, refusesContent } from './after-refusal.ts'
import type { Dependencies } from './dependencies.ts'
import type { HedgeOutcome } from './events.ts'
import type { RoutingRules } from './routing-rules.ts'
import { type EndedAttempt, missingImages, type Run } from './run.ts'
import { type BlockedStep, runStep } from './run-step.ts'
import { stoppedBy } from './stop-order.ts'

/** @throws GatewayError when a request asks for hedges and nothing says when they are worth it. */
export function checkHedge({ hedge, deadlineMs }: ImageRequest, { hedge: rule }: RoutingRules) {
  if (hedge !== 'auto' || deadlineMs !== undefined || rule.isDefault) return
  const message = 'hedge: auto needs a deadline (x-keeprate-deadline-ms) to be worth its cost.'
  throw invalid('hedge', message)
}

/** What one of two offers came to. */
interface Contender {
  readonly isHedge: boolean
  readonly ended: readonly EndedAttempt[]
  readonly isBlocked?: boolean
  readonly error?: unknown
}

/**
 * Runs one step of a plan; when its offer is silent for too long, the next one is asked as well.
 * The first that gives all the pictures answers, and the other call is given up: it is settled
 * when it ends, because it may be paid, and its pictures are kept (`run.late`).
 */
export async function runHedged(
  run: Run,
  step: Candidate,
  index: number,
  deps: Dependencies,
  onSent: () => void = () => undefined,
): Promise<Run | BlockedStep> {
  const patienceMs = patience(run, step, deps)
  if (patienceMs === undefined) return runStep(run, step, index, deps, onSent)
  const sent = Promise.withResolvers<number>()
  const firstGone = new AbortController()
  const first = runStep(stoppable(run, firstGone.signal), step, index, deps, () => {
    sent.resolve(deps.clock.monotonicMs())
    onSent()
  })
  const over = new AbortController()
  const silent = sent.promise
    .then(() => deps.clock.sleep(patienceMs, over.signal))
    .then(
      () => true,
      () => false,
    )
  const isSilent = await Promise.race([silent, first.then(...toFalse)])
  over.abort()
  const isAllowed = isSilent && !run.stop.buying.aborted
  const place = isAllowed ? hedgePlace(run, step, index, deps) : undefined
  const other = place === undefined ? undefined : run.plan?.steps[place]
  if (place === undefined || other === undefined) return first
  const secondGone = new AbortController()
  const beside: Run = {
    ...stoppable(run, secondGone.signal),
    ...{ unwritten: [], watch: {}, beside: 1 },
  }
  const second = runStep(beside, other, place, deps)
  const contenders = [contend(first, run, false, deps), contend(second, run, true, deps)] as const
  const raced = await race(run, contenders, { first: firstGone, second: secondGone }, deps)
  const providerMs = run.providerMs + deps.clock.monotonicMs() - (await sent.promise)
  return { ...raced, providerMs }
}

const toFalse = [() => false, () => false] as const

/** The same run, whose work is given up as well when this contender has lost. */
const stoppable = (run: Run, gone: AbortSignal): Run => ({
  ...run,
  stop: stoppedBy(run.stop, gone),
})

/** How long the offer of a step may be silent; undefined when it is not to be hedged. */
function patience(run: Run, step: Candidate, { rules, traffic }: Dependencies): number | undefined {
  const isWanted =
    run.request.hedge === 'auto' || (rules.hedge.isDefault && run.request.hedge === undefined)
  // Nobody waits for what was accepted as a job. And several calls wait for each other, so the
  // silence of one says nothing of the step.
  if (!isWanted || run.isAccepted === true || !isOneCall(run, step)) return undefined
  return silenceMs(rules.hedge, traffic.latencies.shareMs(step.offer, 0.95))
}

const isOneCall = (run: Run, { mostPerCall }: Candidate): boolean =>
  splitCalls(missingImages(run), mostPerCall).length === 1

/** The next step of the plan that may be asked beside a silent one. */
function hedgePlace(
  run: Run,
  silent: Candidate,
  index: number,
  { rules }: Dependencies,
): number | undefined {
  const { plan, request, snapshot } = run
  const budgetNano = request.maxCostNano ?? plan?.holdNano ?? 0n
  const place = plan?.steps.findIndex((other, at) => {
    const provider = snapshot.providers.get(other.model.provider)
    const isCancellable = provider?.cancel !== undefined || provider?.isInterruptible === true
    const isNext = at > index && isOneCall(run, other) && !isClosedByPolicy(run, other)
    return isNext && mayHedge({ silent, other }, { isCancellable, budgetNano }, rules.hedge)
  })
  return place === -1 ? undefined : place
}

/** A call that breaks off has no pictures; the other one goes on. */
async function contend(
  step: ReturnType<typeof runStep>,
  run: Run,
  isHedge: boolean,
  deps: Dependencies,
): Promise<Contender> {
  try {
    const result = await step
    if ('reason' in result) return { isHedge, ended: [], isBlocked: true }
    return { isHedge, ended: result.ended.slice(run.ended.length) }
  } catch (error) {
    deps.log.error({ requestId: run.id, error }, 'one of two offers broke off')
    return { isHedge, ended: [], error }
  }
}

const imagesOf = ({ ended }: Contender): number =>
  ended.reduce((sum, { images }) => sum + images.length, 0)

async function race(
  run: Run,
  [first, second]: readonly [Promise<Contender>, Promise<Contender>],
  gone: { readonly first: AbortController; readonly second: AbortController },
  deps: Dependencies,
): Promise<Run> {
  const fastest = await Promise.race([first, second])
  const [slower, loser] = fastest.isHedge ? [first, gone.first] : [second, gone.second]
  // What the first offer refuses is refused, as if nobody else had been asked.
  const isRefused = !fastest.isHedge && fastest.ended.some(refusesContent)
  const isForbidden = isRefused && run.request.onPolicyRefusal !== 'fallback'
  if (imagesOf(fastest) >= missingImages(run) || isForbidden) {
    loser.abort()
    tell(run, outcomeOf(fastest), deps)
    const late = slower.then(({ ended }) => ended)
    const warnings = [...run.warnings, stillRunning]
    return { ...run, ended: [...run.ended, ...fastest.ended], late, warnings }
  }
  const slowest = await slower
  tell(run, fastest.isBlocked ? 'blocked' : outcomeOf(best(fastest, slowest)), deps)
  const ended = [...fastest.ended, ...slowest.ended]
  const error = fastest.error ?? slowest.error
  if (ended.length === 0 && error !== undefined) throw error
  return { ...run, ended: [...run.ended, ...ended] }
}

const stillRunning: Warning = {
  code: 'hedged',
  param: 'hedge',
  message: 'A second call goes on without need; what it costs is in the receipt once it ends.',
}

const best = (one: Contender, other: Contender): Contender =>
  imagesOf(other) > imagesOf(one) ? other : one

const outcomeOf = (best: Contender): HedgeOutcome =>
  imagesOf(best) === 0 ? 'failed' : best.isHedge ? 'won' : 'lost'

const tell = ({ id }: Run, outcome: HedgeOutcome, deps: Dependencies): void =>
  deps.emit({ kind: 'hedge-ended', requestId: id, outcome })
