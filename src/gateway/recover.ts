import { makeCallPlan } from '../core/catalog/call-plan.ts'
import { offerName } from '../core/catalog/model.ts'
import type { CallSettings, Finishing } from '../core/catalog/settings.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import { failure } from '../core/errors/provider-failure.ts'
import type { Attempt, ImageRecord, RequestRecord } from '../core/jobs/request-record.ts'
import { fromStoredRequest } from '../core/jobs/stored-request.ts'
import type { PriceRow } from '../core/pricebook/price-row.ts'
import type { ImageRequest, Size } from '../core/request/image-request.ts'
import type { CallOutcome, ProviderJob } from '../ports/provider.ts'
import type { Dependencies, Snapshot } from './dependencies.ts'
import { conclude } from './pipeline.ts'
import type { EndedAttempt, ReadyImage, Run } from './run.ts'
import { callContext, type OpenAttempt } from './stages/execute.ts'
import { finish } from './stages/finish.ts'
import { judge } from './stages/judge.ts'
import { publish } from './stages/publish.ts'

/**
 * Takes up requests whose process died, oldest first: jobs with an id are polled on, what was
 * settled is judged and published, and a call of which nobody knows whether it was sent is booked
 * as suspected cost and never sent again. Nothing new is bought, because nobody waits.
 * @returns how many requests were taken up; their work goes on in `track`.
 */
export async function recover(
  deps: Dependencies,
  track: (work: Promise<unknown>) => void,
): Promise<number> {
  const now = deps.clock.now()
  const records = await deps.stores.requests.claimUnfinished({
    owner: deps.owner,
    now,
    leaseUntil: now + deps.limits.leaseMs,
    limit: deps.limits.recoverBatch,
  })
  for (const record of records) track(takeUp(record, deps))
  return records.length
}

async function takeUp(record: RequestRecord, deps: Dependencies): Promise<void> {
  deps.log.info({ requestId: record.id }, 'request taken up again')
  try {
    const { requests, ledger } = deps.stores
    const [attempts, images, hold] = await Promise.all([
      requests.attempts(record.id),
      requests.images(record.id),
      ledger.hold(record.id),
    ])
    const begun = toRun(record, deps)
    const run: Run = hold === undefined ? begun : { ...begun, hold }
    const ended = await Promise.all(
      attempts.map((attempt) => goOn(attempt, imagesOf(attempt, images), run, deps)),
    )
    const result = await finish({ ...run, ended }, deps)
    result.release()
  } catch (error) {
    // A request that ends without a picture is recorded as failed; nobody waits for the error.
    if (!GatewayError.isInstance(error)) {
      deps.log.error({ requestId: record.id, error }, 'request not recovered')
    }
  }
}

const imagesOf = (attempt: Attempt, images: readonly ImageRecord[]): readonly ImageRecord[] =>
  images.filter((image) => image.attemptId === attempt.id)

function toRun(record: RequestRecord, deps: Dependencies): Run {
  return {
    id: record.id,
    caller: { keyId: record.keyId, tenant: record.tenant },
    request: fromStoredRequest(record.request),
    snapshot: deps.snapshot(),
    resolution: { models: [], warnings: [] },
    startedAt: record.createdAt,
    startedMs: deps.clock.monotonicMs() - (deps.clock.now() - record.createdAt),
    watch: {},
    warnings: [],
    hits: [],
    ...(record.listCostNano === undefined ? {} : { listNano: record.listCostNano }),
    unwritten: [{ kind: 'request-accepted', request: record }],
    ended: [],
    providerMs: 0,
    isRecovered: true,
  }
}

async function goOn(
  attempt: Attempt,
  images: readonly ImageRecord[],
  run: Run,
  deps: Dependencies,
): Promise<EndedAttempt> {
  const open = reopen(attempt, run.request, run.snapshot)
  if (attempt.state === 'settled') return lookAgain(attempt, images, open, deps)
  if (open === undefined) {
    throw new TypeError(
      `attempt ${attempt.id} belongs to ${attempt.offer}, which is not configured`,
    )
  }
  const startedMs = deps.clock.monotonicMs()
  const outcome: CallOutcome =
    attempt.job === undefined
      ? { kind: 'failed', failure: failure('timeout_unknown', 'the process died during the call') }
      : await open.provider.resume(
          attempt.job as unknown as ProviderJob,
          open.plan,
          callContext(attempt, run, deps),
        )
  const durationMs = deps.clock.monotonicMs() - startedMs
  return conclude({ ...open, outcome, durationMs }, run, deps)
}

/** What `toStoredCall` printed, put together again with the model of today's catalogue. */
function reopen(
  attempt: Attempt,
  request: ImageRequest,
  snapshot: Snapshot,
): OpenAttempt | undefined {
  const model = snapshot.catalog.models.find((candidate) => offerName(candidate) === attempt.offer)
  const provider = snapshot.providers.get(model?.provider ?? '')
  if (model === undefined || provider === undefined) return undefined
  const stored = attempt.call as unknown as {
    readonly n: number
    readonly settings: CallSettings
    readonly expectedSize: Size
    readonly row: PriceRow
    readonly finishing: Finishing
  }
  const plan = makeCallPlan(request, model, stored, stored.n)
  return { attempt, plan, row: stored.row, finishing: stored.finishing, provider }
}

/** Judges and publishes what was settled before the crash and not looked at yet. */
async function lookAgain(
  attempt: Attempt,
  images: readonly ImageRecord[],
  open: OpenAttempt | undefined,
  deps: Dependencies,
): Promise<EndedAttempt> {
  const done: ReadyImage[] = images
    .filter((image) => image.state === 'published')
    .map((record) => ({ record }))
  const ended: EndedAttempt = {
    attempt,
    images: done,
    failures: [],
    resolved: open?.plan.settings ?? {},
    durationMs: 0,
    warnings: [],
    written: Promise.resolve(true),
  }
  const kept: Required<ReadyImage>[] = []
  for (const record of images.filter((image) => image.state === 'stored')) {
    const bytes = await deps.images.get(record.digest)
    if (bytes !== undefined) kept.push({ record, bytes })
  }
  if (open === undefined || kept.length === 0) return ended
  const outcome: CallOutcome = { kind: 'produced', images: [], withheld: [], usage: {} }
  const written = Promise.resolve(true)
  const settled = { ...open, outcome, durationMs: 0, settled: attempt, kept, warnings: [], written }
  const published = await publish(await judge(settled, deps), deps)
  return { ...published, images: [...done, ...published.images] }
}
