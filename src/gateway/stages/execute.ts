import { type CallPlan, makeCallPlan } from '../../core/catalog/call-plan.ts'
import type { Finishing } from '../../core/catalog/settings.ts'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import { failure } from '../../core/errors/provider-failure.ts'
import { makeId } from '../../core/ids.ts'
import type { Attempt } from '../../core/jobs/request-record.ts'
import type { JsonObject } from '../../core/json.ts'
import type { PriceRow } from '../../core/pricebook/price-row.ts'
import type { InputImage } from '../../core/request/image-request.ts'
import { type Candidate, splitCalls } from '../../core/routing/plan.ts'
import type { CallContext, CallOutcome, InputBytes, Provider } from '../../ports/provider.ts'
import type { Dependencies } from '../dependencies.ts'
import { missingImages, type Run } from '../run.ts'

/** An attempt that is written down and about to be made, or that is taken up again. */
export interface OpenAttempt {
  readonly attempt: Attempt
  readonly plan: CallPlan
  readonly row: PriceRow
  readonly finishing: Finishing
  readonly provider: Provider
}

/** An attempt whose call has ended. */
export interface AnsweredAttempt extends OpenAttempt {
  readonly outcome: CallOutcome
  readonly durationMs: number
}

/**
 * Decides the calls of one step and writes them down, together with what is not written yet. When
 * this returns, a crash finds every call that may have been sent.
 * @throws GatewayError `ledger_unavailable`; nothing was sent.
 */
export async function openAttempts(
  run: Run,
  step: Candidate,
  index: number,
  deps: Dependencies,
): Promise<readonly OpenAttempt[]> {
  const provider = run.snapshot.providers.get(step.model.provider)
  if (provider === undefined)
    throw new GatewayError('internal_error', 'A planned provider is gone.')
  const opened = splitCalls(missingImages(run), step.mostPerCall).map((n, position) => {
    const plan = makeCallPlan(run.request, step.model, step.fit, n)
    const { row } = step
    const { finishing } = step.fit
    const attempt: Attempt = {
      id: makeId('att', deps.random.bytes(16), deps.clock.now()),
      requestId: run.id,
      position: run.ended.length + position,
      offer: step.offer,
      step: index,
      images: n,
      state: 'submitting',
      call: toStoredCall(plan, row, finishing),
      startedAt: deps.clock.now(),
      costNano: 0n,
    }
    return { attempt, plan, row, finishing, provider }
  })
  const started = opened.map(({ attempt }) => ({ kind: 'attempt-started', attempt }) as const)
  try {
    const first = run.ended.length === 0 ? run.unwritten : []
    await deps.stores.journal.commit([...first, ...started])
  } catch (error) {
    throw new GatewayError('ledger_unavailable', 'Spend cannot be recorded now.', { cause: error })
  }
  return opened
}

/** Enough of a call to go on with it after a restart. */
const toStoredCall = (plan: CallPlan, row: PriceRow, finishing: Finishing): JsonObject =>
  JSON.parse(
    JSON.stringify({
      n: plan.n,
      settings: plan.settings,
      expectedSize: plan.expectedSize,
      options: plan.options,
      row,
      finishing,
    }),
  ) as JsonObject

/** Makes the call. The job id of an asynchronous provider is written down before the first poll. */
export async function execute(
  open: OpenAttempt,
  run: Run,
  deps: Dependencies,
): Promise<AnsweredAttempt> {
  const startedMs = deps.clock.monotonicMs()
  const outcome = await makeCall(open, run, deps)
  return { ...open, outcome, durationMs: deps.clock.monotonicMs() - startedMs }
}

async function makeCall(open: OpenAttempt, run: Run, deps: Dependencies): Promise<CallOutcome> {
  const { plan, provider, attempt } = open
  const images = await loadInputs(plan.images, deps)
  const mask = plan.mask === undefined ? [] : await loadInputs([plan.mask], deps)
  if (images === undefined || mask === undefined) {
    const lost = failure('invalid_request', 'an input image is no longer stored', { billed: false })
    return { kind: 'failed', failure: lost }
  }
  const first = mask[0]
  const turned = first === undefined ? undefined : await turnMask(first, plan, deps)
  const { images: _, mask: __, ...rest } = plan
  return provider.call(
    {
      ...rest,
      images,
      ...(turned === undefined ? {} : { mask: turned }),
      attemptId: attempt.id,
      safetyIdentifier: deps.sha256(`${run.caller.keyId}\n${run.request.endUser ?? ''}`),
    },
    callContext(attempt, run, deps),
  )
}

/** What a provider may do while it works; also used when a job is resumed. */
export const callContext = (
  attempt: Attempt,
  run: Pick<Run, 'watch'>,
  deps: Dependencies,
): CallContext => ({
  onSubmitted: (job) =>
    deps.stores.journal.commit([
      { kind: 'attempt-submitted', attemptId: attempt.id, job: { ...job } },
    ]),
  onPartial: (partial) => run.watch.onPartial?.(partial),
})

async function loadInputs(
  images: readonly InputImage[],
  deps: Dependencies,
): Promise<readonly InputBytes[] | undefined> {
  const loaded: InputBytes[] = []
  for (const image of images) {
    const bytes = await deps.images.get(image.digest)
    if (bytes === undefined) return undefined
    loaded.push({ ...image, bytes })
  }
  return loaded
}

/** OpenAI's masks edit where they are transparent; some providers edit where a mask is white. */
async function turnMask(mask: InputBytes, plan: CallPlan, deps: Dependencies): Promise<InputBytes> {
  if (plan.model.wire.mask !== 'white_is_edit') return mask
  const bytes = await deps.decoder.whiteMask(mask.bytes)
  const digest = deps.sha256(bytes)
  return { ...mask, bytes, digest, byteLength: bytes.length, format: 'png', hasAlpha: false }
}
