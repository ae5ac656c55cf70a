import { owedTimes } from '../core/answers/owed-answer.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { failure, type ProviderFailure } from '../core/errors/provider-failure.ts'
import type { Attempt, ImageRecord, RequestRecord } from '../core/jobs/request-record.ts'
import { fromStoredRequest } from '../core/jobs/stored-request.ts'
import type { Hold } from '../core/ledger/entry.ts'
import { nanoFromDollars } from '../core/money.ts'
import { requestTraits } from '../core/purpose/request-traits.ts'
import type { CallOutcome, ProviderJob } from '../ports/provider.ts'
import { callOrCancel } from './cancel-call.ts'
import type { Dependencies } from './dependencies.ts'
import type { OpenAttempt } from './open-attempt.ts'
import { isLook, settledLook } from './paid-looks.ts'
import { paidWrite } from './paid-write.ts'
import { reopen } from './reopen.ts'
import type { EndedAttempt, ReadyImage, Run } from './run.ts'
import { conclude } from './run-step.ts'
import { deliver } from './stages/deliver.ts'
import { asDrafts } from './stages/draft.ts'
import { callContext, recognised } from './stages/execute.ts'
import { finish } from './stages/finish.ts'
import { judge } from './stages/judge.ts'
import { publish } from './stages/publish.ts'
import { openStop, type Stop } from './stop-order.ts'
import type { WorkDesk } from './work-desk.ts'

/**
 * Takes up requests whose process died, oldest first: jobs with an id are polled on, what was
 * settled is judged and published, and a call of which nobody knows whether it was sent is booked
 * as suspected cost and never sent again. Nothing new is bought, because nobody waits.
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
    const stop = openStop()
    const cancel = () => stop.leave({ givesUpCalls: true })
    // Who was to be cancelled when its process died still is.
    if (record.cancelAskedAt !== undefined) cancel()
    desk.add(record.id, takeUp(record, stop, deps), cancel)
  }
  return abandoned.length
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
    const [attempts, images, hold] = await Promise.all([
      requests.attempts(id),
      requests.images(id),
      ledger.hold(id),
    ])
    const looks = await endLooks(attempts.filter(isLook), hold, deps)
    const begun = { ...toRun(record, stop, deps), looksBefore: looks.length }
    const run: Run = hold === undefined ? begun : { ...begun, hold }
    const calls = attempts.filter((attempt) => !isLook(attempt))
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
    await end({ ...run, ended: ended.map((each) => asDrafts(withLooks(each, looks))) }, deps)
  } catch (error) {
    deps.log.error({ requestId: id, error }, 'request not recovered')
    await offerAgain(id, deps)
  }
}

/**
 * Books looks of which nobody knows whether they were made, at their ceilings, as suspected.
 * @returns all looks of the request.
 */
async function endLooks(
  looks: readonly Attempt[],
  hold: Hold | undefined,
  deps: Dependencies,
): Promise<readonly Attempt[]> {
  if (hold === undefined) return []
  const now = deps.clock.now()
  const ended = looks.map((look) => {
    if (look.state === 'settled') return { attempt: look }
    const ceilingNano = nanoFromDollars(String(look.call.ceiling))
    return settledLook(look, hold, { ceilingNano }, now)
  })
  const facts = ended.flatMap((each) => ('fact' in each ? [each.fact] : []))
  const [first] = looks
  if (first !== undefined && facts.length > 0) {
    await paidWrite({ requestId: first.requestId, facts }, deps)
  }
  return ended.map(({ attempt }) => attempt)
}

/** Looks belong to the call whose pictures were looked at. */
const withLooks = (ended: EndedAttempt, looks: readonly Attempt[]): EndedAttempt => ({
  ...ended,
  looks: [...ended.looks, ...looks.filter(({ call }) => call.of === ended.attempt.id)],
})

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

function toRun(record: RequestRecord, stop: Stop, deps: Dependencies): Run {
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
    unwritten: [{ kind: 'request-accepted', request: record }],
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
  const published = await publish(await judge(settled, run, deps), deps)
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
