import { owedTimes } from '../core/answers/owed-answer.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { failure } from '../core/errors/provider-failure.ts'
import { afterDeath, type PutBack } from '../core/jobs/put-back.ts'
import type { Attempt, RequestRecord } from '../core/jobs/request-record.ts'
import { fromStoredRequest } from '../core/jobs/stored-request.ts'
import type { Hold, LedgerEntry } from '../core/ledger/entry.ts'
import { requestTraits } from '../core/purpose/request-traits.ts'
import type { CallOutcome, ProviderJob } from '../ports/provider.ts'
import { acceptanceOf } from './acceptance.ts'
import { callOrCancel } from './cancel-call.ts'
import type { Dependencies } from './dependencies.ts'
import { endLooks, withLooks } from './end-looks.ts'
import { finishEnlarging } from './finish-enlarging.ts'
import type { OpenAttempt } from './open-attempt.ts'
import { isLook, isLookUp } from './paid-looks.ts'
import { asPreliminary, isHalfMade, SMALL_STEP } from './preliminary.ts'
import { putBack } from './put-back.ts'
import { type Found, lookAgain } from './recall-attempts.ts'
import { reopen } from './reopen.ts'
import { type EndedAttempt, missingImages, newlyEnded, type Run } from './run.ts'
import { conclude } from './run-step.ts'
import { deliver } from './stages/deliver.ts'
import { callContext, recognised } from './stages/execute.ts'
import { finish } from './stages/finish.ts'
import { openStop, type Stop } from './stop-order.ts'
import type { WorkDesk, WorkScope } from './work-desk.ts'

/**
 * Takes up requests whose process died, oldest first: jobs with an id are polled on, what was
 * settled is judged and published, and a call of which nobody knows whether it was sent is booked
 * as suspected cost and never sent again. Nothing new is bought, because nobody waits, but the
 * enlarging of a small picture; a job goes back into the queue.
 * @returns how many requests were taken up; their work goes on in `desk`.
 */
export async function recover(
  deps: Dependencies,
  desk: WorkDesk,
  scope: WorkScope,
): Promise<number> {
  const now = deps.clock.now()
  const records = await deps.stores.requests.claimUnfinished({
    owner: deps.owner,
    now,
    leaseUntil: now + deps.limits.leaseMs,
    limit: deps.limits.recoverBatch,
    ...scope,
  })
  // A lease of our own may run out while the database is slow; its work goes on all the same.
  const abandoned = records.filter(({ id }) => !desk.isAtWork(id))
  for (const record of abandoned) {
    const { stop, cancel } = openRecordStop(record)
    desk.add(record.id, takeUp(record, stop, deps), cancel)
  }
  if (abandoned.length > 0) deps.emit({ kind: 'work-taken-over', count: abandoned.length })
  return abandoned.length
}

/** The stop of a request that was found; one that was to be cancelled before still is. */
export function openRecordStop(record: RequestRecord): {
  readonly stop: Stop
  readonly cancel: () => void
} {
  const stop = openStop()
  const cancel = () => stop.leave({ givesUpCalls: true })
  if (record.cancelAskedAt !== undefined) cancel()
  return { stop, cancel }
}

async function takeUp(record: RequestRecord, stop: Stop, deps: Dependencies): Promise<void> {
  const { id } = record
  deps.log.info({ requestId: id }, 'request taken up again')
  try {
    const usual: Rescue = {
      outcomeOf: (open, run) => resume(open, run, deps),
      backOf: (run) => backOf(run, deps),
    }
    if ((await rescue(record, stop, usual, deps)) === undefined) await offerAgain(id, deps)
  } catch (error) {
    deps.log.error({ requestId: id, error }, 'request not recovered')
    await offerAgain(id, deps)
  }
}

/** What is done about the calls of a request that were under way, and about what comes of them. */
export interface Rescue {
  /** Adds what is not written of a request but follows from it. */
  prepare?(run: Run): Promise<Run>
  outcomeOf(open: OpenAttempt, run: Run): Promise<CallOutcome>
  /** How a job goes back into the queue; undefined when it ends as it is. */
  backOf(run: Run): PutBack | undefined
}

/**
 * Brings a request to its end, or back into the queue, from what is written of it.
 * @returns its calls, and whether it went back; undefined when an offer is not configured here.
 */
export async function rescue(
  record: RequestRecord,
  stop: Stop,
  how: Rescue,
  deps: Dependencies,
): Promise<{ readonly ended: readonly EndedAttempt[]; readonly isBack: boolean } | undefined> {
  const { id } = record
  const { requests, ledger } = deps.stores
  const [attempts, images, hold, entries] = await Promise.all([
    requests.attempts(id),
    requests.images(id),
    ledger.hold(id),
    ledger.entries(id),
  ])
  const known = toRun(record, stop, deps)
  const started = (await how.prepare?.(known)) ?? known
  // A job that was put back before has a hold that was closed with it.
  const open = hold?.isOpen === true ? { hold, isAccepted: true } : {}
  const looks = await endLooks(attempts.filter(isLook), open.hold, deps)
  const begun = { ...started, looksBefore: looks.length, ...lookUpsOf(looks, entries, open.hold) }
  const calls = attempts.filter((attempt) => !isLook(attempt))
  const earlier = earlierOf(entries, calls, open.hold)
  const job = begun.job && { job: { ...begun.job, earlier } }
  const run: Run = { ...begun, ...open, ...job }
  const found = calls.map((attempt): Found => {
    const own = images.filter((image) => image.attemptId === attempt.id)
    return { attempt, images: own, open: reopen(attempt, record, run) }
  })
  const lost = found.find((each) => each.open === undefined && !isDone(each))
  if (lost !== undefined) {
    const { offer } = lost.attempt
    deps.log.warn({ requestId: id, offer, book: record.book }, 'offer not configured here')
    return undefined
  }
  const gone = await Promise.all(found.map((each) => goOn(each, run, how, deps)))
  const ended = gone.map((each) => asPreliminary(withLooks(each, looks)))
  const done = await finishEnlarging({ ...run, ended }, gone, record, deps)
  const back = how.backOf(done)
  await (back === undefined ? end(done, deps) : putBack(done, back, deps))
  return { ended: done.ended, isBack: back !== undefined }
}

/** Whether nothing is left to be asked of a provider, or to be looked at. */
const isDone = ({ attempt, images }: Found): boolean =>
  attempt.state === 'settled' && images.every(({ state }) => state !== 'stored')

/**
 * A request that ends without a picture is recorded as failed, or as given up where only half of
 * one was made; nobody waits for the error.
 */
async function end(run: Run, deps: Dependencies): Promise<void> {
  const stop = openStop()
  stop.leave({ givesUpCalls: false })
  try {
    const ending = isHalfMade(run) ? { ...run, stop } : run
    const result = await finish(await deliver(ending, deps), deps)
    result.release()
  } catch (error) {
    if (!GatewayError.isInstance(error)) throw error
  }
  // Its client may come back for it only now that this process is there.
  await deps.stores.answers.keepUntil(run.id, deps.clock.now() + owedTimes.adoptMs)
}

/** Another process may be able to do what this one is not, and this one may be later. */
async function offerAgain(id: string, { stores, owner, clock, limits, log }: Dependencies) {
  try {
    await stores.requests.giveBack({ id, owner, from: clock.now() + limits.offerAgainMs })
  } catch (error) {
    log.error({ requestId: id, error }, 'lease not given back')
  }
}

/** Ids of the calls that were paid out of holds that are closed. */
function paidBefore(
  entries: readonly LedgerEntry[],
  hold: Hold | undefined,
): ReadonlySet<string | undefined> {
  const before = entries.filter(({ kind, holdId }) => kind === 'settle' && holdId !== hold?.id)
  return new Set(before.map(({ attemptId }) => attemptId))
}

/** How many calls were paid from holds of earlier turns; they come first. */
const earlierOf = (
  entries: readonly LedgerEntry[],
  calls: readonly Attempt[],
  hold: Hold | undefined,
): number => {
  const ids = paidBefore(entries, hold)
  return calls.filter(({ id }) => ids.has(id)).length
}

/** Looks that came before all calls, by the hold that they were paid out of. */
function lookUpsOf(
  looks: readonly Attempt[],
  entries: readonly LedgerEntry[],
  hold: Hold | undefined,
): Pick<Run, 'lookUps' | 'earlierLooks'> {
  const ids = paidBefore(entries, hold)
  const all = looks.filter(isLookUp)
  return {
    lookUps: all.filter(({ id }) => !ids.has(id)),
    earlierLooks: all.filter(({ id }) => ids.has(id)),
  }
}

/** A job goes on where it can: unlike a caller who waited, its owner still wants the pictures. */
function backOf(run: Run, { clock }: Dependencies): PutBack | undefined {
  if (run.job === undefined || run.stop.buying.aborted || missingImages(run) <= 0) return undefined
  // What was paid and came to nothing is not bought a second time; what may have been is another's.
  const isPaid = newlyEnded(run).some(
    ({ attempt: { costNano, outcome, step } }) =>
      costNano > 0n && outcome !== 'timeout_unknown' && step !== SMALL_STEP,
  )
  if (isPaid) return undefined
  return afterDeath(run.job.place, clock.now())
}

/** A run of what is written of a request, without its attempts. */
export function toRun(record: RequestRecord, stop: Stop, deps: Dependencies): Run {
  const { place } = record
  const request = fromStoredRequest(record.request)
  return {
    id: record.id,
    caller: { keyId: record.keyId, tenant: record.tenant },
    request,
    traits: requestTraits(request, deps.purposes),
    snapshot: deps.snapshot(),
    resolution: { models: [], warnings: [] },
    startedAt: record.createdAt,
    startedMs: deps.clock.monotonicMs() - (deps.clock.now() - record.createdAt),
    watch: {},
    stop,
    warnings: [],
    hits: [],
    shown: new Set(),
    shownHashes: [],
    shownLooks: { looks: [], hasReplaced: false },
    ...(record.listCostNano === undefined ? {} : { listNano: record.listCostNano }),
    unwritten: [acceptanceOf(record, place !== undefined)],
    isKnown: true,
    ...(place === undefined ? {} : { job: { record, place, earlier: 0 } }),
    ended: [],
    providerMs: 0,
    isRecovered: true,
  }
}

async function goOn(
  found: Found,
  run: Run,
  how: Rescue,
  deps: Dependencies,
): Promise<EndedAttempt> {
  const { attempt, open } = found
  if (attempt.state === 'settled' || open === undefined) return lookAgain(found, run, deps)
  const startedMs = deps.clock.monotonicMs()
  const outcome = await how.outcomeOf(open, run)
  const durationMs = deps.clock.monotonicMs() - startedMs
  return conclude({ ...open, outcome: recognised(outcome), durationMs }, run, deps)
}

/**
 * Polls a job on, at the usual pace: its end may have been reported while nobody was there. A call
 * whose job is not known may still be reported; else nobody knows whether it was sent.
 */
async function resume(open: OpenAttempt, run: Run, deps: Dependencies): Promise<CallOutcome> {
  const { attempt, plan, row, provider } = open
  const written = attempt.job as unknown as ProviderJob | undefined
  const { lostProcessMs, longestLostMs } = deps.limits
  // Reports are repeated ever more rarely: the next one comes within as long as they went astray.
  const astrayMs = Math.min(deps.clock.now() - attempt.startedAt, longestLostMs)
  const job =
    written ??
    (await deps.webhooks.during(open, Math.max(lostProcessMs, astrayMs), deps, async (watch) =>
      watch?.reports.findJob(run.stop.calls),
    ))
  if (job === undefined) {
    const message = 'the process died during the call'
    return { kind: 'failed', failure: failure('timeout_unknown', message) }
  }
  return callOrCancel(
    {
      provider,
      job,
      context: callContext(open, run, deps),
      stop: run.stop.calls,
      isCharged: row.billed_on.cancelled,
      start: (context) => provider.resume(job, plan, context),
    },
    deps.clock,
  )
}
