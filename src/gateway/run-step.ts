import { offerName } from '../core/catalog/model.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { ProviderFailure } from '../core/errors/provider-failure.ts'
import { priorities } from '../core/jobs/queue-place.ts'
import type { Fact, ImageRecord } from '../core/jobs/request-record.ts'
import { sightingOf } from '../core/quality/quality-note.ts'
import { UPSCALED } from '../core/routing/enlarging.ts'
import type { Candidate } from '../core/routing/plan.ts'
import { isGateRefusal } from './after-refusal.ts'
import type { Dependencies } from './dependencies.ts'
import type { JudgedPicture, TaughtCall } from './evidence-desk.ts'
import type { OpenAttempt } from './open-attempt.ts'
import { isOnTheWay } from './preliminary.ts'
import type { EndedAttempt, Run } from './run.ts'
import {
  type AnsweredAttempt,
  announce,
  draftAttempts,
  execute,
  withCredential,
} from './stages/execute.ts'
import { type JudgedAttempt, judge } from './stages/judge.ts'
import { publish } from './stages/publish.ts'
import { settle } from './stages/settle.ts'
import type { Blocked, Destination, Passage } from './traffic.ts'

/** A step that was not tried, because nothing can go to its offer now. */
export interface BlockedStep extends Blocked {
  readonly offer: string
}

/** A call that was written down, with its leave to be made. */
interface Entered {
  readonly open: OpenAttempt
  readonly passage: Passage
}

/**
 * Makes the calls of one step, in parallel as far as the offer has room for them. Those that go at
 * once are written down in one commit; the others follow as soon as there is room.
 * @param onSent called when the first calls are written down and about to be sent.
 * @returns the run with the calls that ended, or why there was none.
 */
export async function runStep(
  run: Run,
  step: Candidate,
  index: number,
  deps: Dependencies,
  onSent: () => void = () => undefined,
): Promise<Run | BlockedStep> {
  // A preview repeats nothing, nor does what enlarges.
  const permit =
    isFirst(run) || run.isPreview === true || run.enlarges !== undefined
      ? noPermit
      : await deps.traffic.retries.acquire(waitForRetryMs(run, deps), run.stop.buying)
  if (permit === undefined) return { offer: step.offer, ...tooManyRetries }
  try {
    const drafts = draftAttempts(run, step, index, deps)
    const wait = waitOf(run, index, deps)
    const first = await enterAtOnce(drafts, step, wait, deps)
    if ('reason' in first) return { offer: step.offer, ...first }
    const unwritten = isFirst(run) && run.isAccepted !== true ? run.unwritten : []
    await announceAll(first, unwritten, run, deps)
    onSent()
    const others = drafts.slice(first.length).map((draft) => enterLater(draft, step, run, deps))
    const ended = await Promise.all([
      ...first.map((entered) => runAttempt(entered, run, deps)),
      ...others,
    ])
    return withEnded(
      run,
      ended.flatMap((attempt) => attempt ?? []),
    )
  } finally {
    permit.release()
  }
}

/** Whether nothing of the run was sent before: what follows repeats it elsewhere. */
const isFirst = ({ ended, beside }: Run): boolean => ended.length === 0 && beside === undefined

/** A hedge is not worth a wait: the silent offer may answer meanwhile. */
const waitForRetryMs = (run: Run, deps: Dependencies): number =>
  run.beside === undefined ? withinDeadline(deps.limits.waitForRetryMs, run, deps) : 0

const noPermit = { release: () => undefined }

const tooManyRetries: Blocked = {
  reason: 'too many requests are being repeated elsewhere already',
  retryAfterMs: 5_000,
}

function withEnded(run: Run, ended: readonly EndedAttempt[]): Run {
  const providerMs = Math.max(0, ...ended.map((attempt) => attempt.durationMs))
  return { ...run, ended: [...run.ended, ...ended], providerMs: run.providerMs + providerMs }
}

/** How a call waits for room; those that somebody waits for go before jobs. */
const waitOf = (run: Run, index: number, deps: Dependencies) => ({
  maxWaitMs: waitAt(run, index, deps),
  signal: run.stop.buying,
  rank: run.job === undefined ? 0 : 1 + priorities.indexOf(run.job.place.priority),
})

/** At the last offer of a plan there is nothing better to do than to wait. */
function waitAt(run: Run, index: number, deps: Dependencies): number {
  const { limits } = deps
  if (run.beside !== undefined) return 0
  const isLast = index === (run.plan?.steps.length ?? 0) - 1
  const lastMs = run.job === undefined ? limits.waitForLastRoomMs : limits.waitForJobRoomMs
  const patienceMs = isLast ? lastMs : limits.waitForRoomMs
  return withinDeadline(patienceMs, run, deps)
}

/** A wait gets shorter with every one before it: nobody waits beyond the caller's deadline. */
function withinDeadline(waitMs: number, run: Run, { clock }: Dependencies): number {
  const { deadlineMs } = run.request
  if (deadlineMs === undefined) return waitMs
  return Math.max(0, Math.min(waitMs, run.startedMs + deadlineMs - clock.monotonicMs()))
}

/** Waits for room for the first call, and takes what else is free along. */
async function enterAtOnce(
  drafts: readonly OpenAttempt[],
  step: Candidate,
  wait: ReturnType<typeof waitOf>,
  deps: Dependencies,
): Promise<readonly Entered[] | Blocked> {
  const entered: Entered[] = []
  for (const [position, draft] of drafts.entries()) {
    const own = position === 0 ? wait : { ...wait, maxWaitMs: 0 }
    const passage = await deps.traffic.enter(destinationOf(draft, step), draft.plan.n, own)
    if ('reason' in passage) {
      if (position === 0) return passage
      break
    }
    entered.push({ open: withCredential(draft, passage.credential, deps), passage })
  }
  return entered
}

const destinationOf = ({ provider, plan }: OpenAttempt, { offer }: Candidate): Destination => ({
  ...{ provider, offer, typicalSeconds: plan.model.typicalSeconds },
})

async function announceAll(
  entered: readonly Entered[],
  unwritten: Run['unwritten'],
  run: Run,
  deps: Dependencies,
): Promise<void> {
  try {
    const attempts = entered.map(({ open }) => open.attempt)
    await announce(attempts, unwritten, run, deps)
  } catch (error) {
    for (const { passage } of entered) passage.leave()
    throw error
  }
}

/** A further call of a step: one that finds no room, or cannot be written down, is not made. */
async function enterLater(
  draft: OpenAttempt,
  step: Candidate,
  run: Run,
  deps: Dependencies,
): Promise<EndedAttempt | undefined> {
  const wait = waitOf(run, draft.attempt.step, deps)
  const passage = await deps.traffic.enter(destinationOf(draft, step), draft.plan.n, wait)
  if ('reason' in passage) return undefined
  if (run.stop.buying.aborted) {
    passage.leave()
    return undefined
  }
  const entered = { open: withCredential(draft, passage.credential, deps), passage }
  try {
    await announceAll([entered], [], run, deps)
  } catch (error) {
    deps.log.error({ requestId: run.id, error }, 'a further call was not made')
    return undefined
  }
  return runAttempt(entered, run, deps)
}

/** One call from sending to publishing; money first, looks second. */
async function runAttempt(
  { open, passage }: Entered,
  run: Run,
  deps: Dependencies,
): Promise<EndedAttempt> {
  const answered = await execute(open, run, deps)
  const failure = failureIn(answered)
  const { durationMs } = answered
  // What we gave up ourselves says nothing of the provider.
  if (failure?.class === 'cancelled') passage.leave()
  else passage.end(failure === undefined ? { durationMs } : { durationMs, failure })
  return conclude(answered, run, deps)
}

/** A call that gave some pictures and withheld others has shown that the provider works. */
const failureIn = ({ outcome }: AnsweredAttempt): ProviderFailure | undefined => {
  if (outcome.kind === 'failed') return outcome.failure
  return outcome.images.length === 0 ? outcome.withheld[0] : undefined
}

/** What pictures teach that were just judged: those that are shown, and those a gate refused. */
export function evidenceOf(
  { attempt, plan, provider, good, refused }: JudgedAttempt,
  run: Run,
  { learning }: Dependencies,
): readonly Fact[] {
  if (isOnTheWay(attempt.step)) return []
  const { model, settings } = plan
  const { isSimulated } = provider
  const { enlarges } = attempt.call as { readonly enlarges?: TaughtCall }
  // A picture that was enlarged teaches about the model that made it small, enlarged.
  const call = {
    ...(enlarges === undefined
      ? { offer: offerName(model), ...settings }
      : { ...enlarges, tier: UPSCALED }),
    isSimulated,
  }
  const shown = good.map(({ record }) => judgedPicture(record, true))
  const unseen = refused
    .filter(({ failure }) => isGateRefusal(failure))
    .map(({ record }) => judgedPicture(record, false))
  const before = run.ended.flatMap(({ attempt, failures }) => {
    const share = run.plan?.steps[attempt.step]?.acceptance
    return failures.some(isGateRefusal) && share !== undefined ? [share] : []
  })
  const { traits } = run
  const request = run.enlarges?.request ?? run.request
  return learning.evidence.see([...shown, ...unseen], call, { request, traits, refused: before })
}

const judgedPicture = ({ id, quality }: ImageRecord, isShown: boolean): JudgedPicture => ({
  imageId: id,
  sighting: sightingOf(quality, { isShown }) ?? { isShown },
})

/** Everything that follows an answer; also the way on for a job that was resumed. */
export async function conclude(
  answered: AnsweredAttempt,
  run: Run,
  deps: Dependencies,
): Promise<EndedAttempt> {
  const settled = await settle(answered, run, deps)
  const judged = await judge(settled, run, deps)
  return publish(judged, evidenceOf(judged, run, deps), deps)
}

/** What a caller is told when nothing could be sent anywhere: why, and when to ask again. */
export function noneAdmitted(run: Run, blocked: readonly BlockedStep[]): GatewayError {
  const waits = blocked.map(({ retryAfterMs }) => retryAfterMs)
  const reasons = blocked.map(({ offer, reason }) => `${offer}: ${reason}`).join('; ')
  return new GatewayError('no_provider_available', `No offer can be called now: ${reasons}.`, {
    requestId: run.id,
    tried: blocked.map(({ offer, reason }) => ({ offer, reason })),
    ...(waits.length === 0 ? {} : { retryAfterMs: Math.min(...waits) }),
  })
}
