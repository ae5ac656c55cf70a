import { owedTimes } from '../core/answers/owed-answer.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { failure, type ProviderFailure } from '../core/errors/provider-failure.ts'
import { afterDeath, type PutBack } from '../core/jobs/put-back.ts'
import type { Attempt, ImageRecord, RequestRecord } from '../core/jobs/request-record.ts'
import { fromStoredRequest } from '../core/jobs/stored-request.ts'
import type { Hold, LedgerEntry } from '../core/ledger/entry.ts'
import { requestTraits } from '../core/purpose/request-traits.ts'
import type { CallOutcome, ProviderJob } from '../ports/provider.ts'
import { acceptanceOf } from './acceptance.ts'
import { callOrCancel } from './cancel-call.ts'
import type { Dependencies } from './dependencies.ts'
import { endLooks, withLooks } from './end-looks.ts'
import type { OpenAttempt } from './open-attempt.ts'
import { isLook, isLookUp } from './paid-looks.ts'
import { asPreliminary } from './preliminary.ts'
import { putBack } from './put-back.ts'
import { reopen } from './reopen.ts'
import { type EndedAttempt, missingImages, newlyEnded, type ReadyImage, type Run } from './run.ts'
import { conclude, evidenceOf } from './run-step.ts'
import { deliver } from './stages/deliver.ts'
import { callContext, recognised } from './stages/execute.ts'
import { finish } from './stages/finish.ts'
import { judge } from './stages/judge.ts'
import { publish } from './stages/publish.ts'
import { openStop, type Stop } from './stop-order.ts'
import type { WorkDesk } from './work-desk.ts'

/**
 * Takes up requests whose process died, oldest first: jobs with an id are polled on, what was
 * settled is judged and published, and a call of which nobody knows whether it was sent is booked
 * as suspected cost and never sent again. Nothing new is bought, because nobody waits; a job goes
 * back into the queue.
 * @returns how many requests were taken up; their work goes on in `desk`.
 */
export async function recover(deps: Dependencies, desk: WorkDesk): Promise<number> {
  const now = deps.clock.now()
  const records = await deps.stores.requests.claimUnfinished({
    owner: deps.owner,
    now,
    leaseUntil: now + deps.limits.leaseMs,
    limit: deps.limits.recoverBatch,
  })
  // A lease of our own may run out while the database is slow; its work goes on all the same.
  const abandoned = records.filter(({ id }) => !desk.isAtWork(id))
  for (const record of abandoned) {
    const { stop, cancel } = openRecordStop(record)
    desk.add(record.id, takeUp(record, stop, deps), cancel)
  }
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

/** What is written of an attempt, and what a call needs to go on; undefined when it cannot. */
interface Found {
  readonly attempt: Attempt
  readonly images: readonly ImageRecord[]
  readonly open: OpenAttempt | undefined
}

async function takeUp(record: RequestRecord, stop: Stop, deps: Dependencies): Promise<void> {
  const { id } = record
  deps.log.info({ requestId: id }, 'request taken up again')
  try {
    const { requests, ledger } = deps.stores
    const [attempts, images, hold, entries] = await Promise.all([
      requests.attempts(id),
      requests.images(id),
      ledger.hold(id),
      ledger.entries(id),
    ])
    const started = toRun(record, stop, deps)
    // A job that was put back before has a hold that was closed with it.
    const open = hold?.isOpen === true ? { hold, isAccepted: true } : {}
    const looks = await endLooks(attempts.filter(isLook), open.hold, deps)
    const begun = { ...started, looksBefore: looks.length, lookUps: looks.filter(isLookUp) }
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
      await offerAgain(id, deps)
      return
    }
    const ended = await Promise.all(found.map((each) => goOn(each, run, deps)))
    const done = { ...run, ended: ended.map((each) => asPreliminary(withLooks(each, looks))) }
    const back = backOf(done, deps)
    await (back === undefined ? end(done, deps) : putBack(done, back, deps))
  } catch (error) {
    deps.log.error({ requestId: id, error }, 'request not recovered')
    await offerAgain(id, deps)
  }
}

/** Whether nothing is left to be asked of a provider, or to be looked at. */
const isDone = ({ attempt, images }: Found): boolean =>
  attempt.state === 'settled' && images.every(({ state }) => state !== 'stored')

/** A request that ends without a picture is recorded as failed; nobody waits for the error. */
async function end(run: Run, deps: Dependencies): Promise<void> {
  try {
    const result = await finish(await deliver(run, deps), deps)
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

/** How many calls were paid from holds of earlier turns; they come first. */
function earlierOf(
  entries: readonly LedgerEntry[],
  calls: readonly Attempt[],
  hold: Hold | undefined,
): number {
  const before = entries.filter(({ kind, holdId }) => kind === 'settle' && holdId !== hold?.id)
  const ids = new Set(before.map(({ attemptId }) => attemptId))
  return calls.filter(({ id }) => ids.has(id)).length
}

/** A job goes on where it can: unlike a caller who waited, its owner still wants the pictures. */
function backOf(run: Run, { clock }: Dependencies): PutBack | undefined {
  if (run.job === undefined || run.stop.buying.aborted || missingImages(run) <= 0) return undefined
  // What was paid and came to nothing is not bought a second time; what may have been is another's.
  const isPaid = newlyEnded(run).some(
    ({ attempt }) => attempt.costNano > 0n && attempt.outcome !== 'timeout_unknown',
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
    ...(record.listCostNano === undefined ? {} : { listNano: record.listCostNano }),
    unwritten: [acceptanceOf(record, place !== undefined)],
    ...(place === undefined ? {} : { job: { record, place, earlier: 0 } }),
    ended: [],
    providerMs: 0,
    isRecovered: true,
  }
}

async function goOn(found: Found, run: Run, deps: Dependencies): Promise<EndedAttempt> {
  const { attempt, open } = found
  if (attempt.state === 'settled' || open === undefined) return lookAgain(found, run, deps)
  const startedMs = deps.clock.monotonicMs()
  const outcome = await resume(open, run, deps)
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
  const { lostProcessMs } = deps.limits
  const job =
    written ??
    (await deps.webhooks.during(open, lostProcessMs, deps, async (watch) =>
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

/** What an earlier turn of a job came to. */
export async function recallAttempts(run: Run, deps: Dependencies): Promise<EndedAttempt[]> {
  const { requests } = deps.stores
  const attempts = await requests.attempts(run.id)
  const images = attempts.length === 0 ? [] : await requests.images(run.id)
  const looks = attempts.filter(isLook)
  return Promise.all(
    attempts
      .filter((attempt) => !isLook(attempt))
      .map(async (attempt) => {
        const own = images.filter(({ attemptId }) => attemptId === attempt.id)
        const found = await lookAgain({ attempt, images: own, open: undefined }, run, deps)
        return asPreliminary(withLooks(found, looks))
      }),
  )
}

/** Judges and publishes what was settled before the crash and not looked at yet. */
async function lookAgain(
  { attempt, images, open }: Found,
  run: Run,
  deps: Dependencies,
): Promise<EndedAttempt> {
  const done: ReadyImage[] = images
    .filter((image) => image.state === 'published')
    .map((record) => ({ record, isReusable: true }))
  for (const { record } of done) run.shown.add(record.originalDigest)
  const ended: EndedAttempt = {
    attempt,
    images: done,
    failures: failuresOf(attempt, images),
    refused: images
      .filter(({ state, quality }) => state === 'refused' && quality !== undefined)
      .map((record) => ({ record, isReusable: true })),
    looks: [],
    resolved: open?.plan.settings ?? {},
    durationMs: 0,
    warnings: [],
    written: Promise.resolve(true),
  }
  const kept: Required<ReadyImage>[] = []
  for (const record of images.filter((image) => image.state === 'stored')) {
    const bytes = await deps.images.get(record.digest)
    if (bytes !== undefined) kept.push({ record, bytes, isReusable: true })
  }
  if (open === undefined || kept.length === 0) return ended
  const outcome: CallOutcome = { kind: 'produced', images: [], withheld: [], usage: {} }
  const written = Promise.resolve(true)
  const settled = { ...open, outcome, durationMs: 0, settled: attempt, kept, warnings: [], written }
  const judged = await judge(settled, run, deps)
  const published = await publish(judged, evidenceOf(judged, run, deps), deps)
  return {
    ...published,
    images: [...done, ...published.images],
    refused: [...ended.refused, ...published.refused],
    failures: [...ended.failures, ...published.failures],
  }
}

/** What the receipt says of an attempt that had ended badly, and of pictures that were refused. */
function failuresOf(
  { outcome, failureMessage = '' }: Attempt,
  images: readonly ImageRecord[],
): readonly ProviderFailure[] {
  const refused = images.filter((image) => image.state === 'refused')
  const failures = refused.map(({ refusal = '', quality }) =>
    failure(quality === undefined ? 'bad_image' : 'gate_refused', refusal),
  )
  if (outcome === undefined || outcome === 'produced') return failures
  return [failure(outcome, failureMessage), ...failures]
}
