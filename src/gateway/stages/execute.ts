import { type CallPlan, makeCallPlan } from '../../core/catalog/call-plan.ts'
import type { CallSettings, Finishing } from '../../core/catalog/settings.ts'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { makeId } from '../../core/ids.ts'
import type { Attempt, Fact } from '../../core/jobs/request-record.ts'
import type { JsonObject } from '../../core/json.ts'
import type { PriceRow } from '../../core/pricebook/price-row.ts'
import { requestLimits } from '../../core/request/limits.ts'
import { isLookedAt } from '../../core/routing/gate-use.ts'
import { type Candidate, splitCalls } from '../../core/routing/plan.ts'
import type { CallContext, CallOutcome, ProviderCall } from '../../ports/provider.ts'
import { isAcceptance, unwrittenOf } from '../acceptance.ts'
import { isGateRefusal } from '../after-refusal.ts'
import { isBudgetRefusal } from '../budget-refusal.ts'
import { callOrCancel } from '../cancel-call.ts'
import { isOutcomeUnknown } from '../contradiction.ts'
import type { Dependencies } from '../dependencies.ts'
import { loadPictures, padPicture, turnMask } from '../input-pictures.ts'
import type { JobWatch } from '../job-watch.ts'
import type { OpenAttempt } from '../open-attempt.ts'
import { paidWrite } from '../paid-write.ts'
import { isOnTheWay } from '../preliminary.ts'
import { missingImages, type Run, readyImages } from '../run.ts'
import { unsentFacts } from '../unsent-facts.ts'

/** An attempt whose call has ended. */
export interface AnsweredAttempt extends OpenAttempt {
  readonly outcome: CallOutcome
  readonly durationMs: number
}

/** Decides the calls of one step. Nothing is written yet, and no credential chosen. */
export function draftAttempts(
  run: Run,
  step: Candidate,
  index: number,
  deps: Dependencies,
): readonly OpenAttempt[] {
  const provider = run.snapshot.providers.get(step.model.provider)
  if (provider === undefined)
    throw new GatewayError('internal_error', 'A planned provider is gone.')
  let offset = readyImages(run).length
  return splitCalls(missingImages(run), step.mostPerCall).map((n, position) => {
    const settings = withOwnSeed(step.fit.settings, offset)
    offset += n
    const plan = makeCallPlan(run.request, step.model, { ...step.fit, settings }, n)
    const { row } = step
    const { finishing } = step.fit
    const attempt: Attempt = {
      id: makeId('att', deps.random.bytes(16), deps.clock.now()),
      requestId: run.id,
      position: run.ended.length + (run.beside ?? 0) + position,
      offer: step.offer,
      step: index,
      images: n,
      state: 'submitting',
      call: {
        ...toStoredCall(plan, row, finishing),
        ...(run.beside === undefined ? {} : { [run.isPreview ? 'preview' : 'hedge']: true }),
        ...gating(run, index),
        ...(run.enlarges === undefined ? {} : { enlarges: { ...run.enlarges.made } }),
      },
      startedAt: deps.clock.now(),
      costNano: 0n,
    }
    return { attempt, plan, row, finishing, provider }
  })
}

/** Whether gates look at its pictures, where that was weighed; a process that takes it up obeys. */
function gating({ plan, ended }: Run, index: number): JsonObject {
  if (isOnTheWay(index)) return { gated: false }
  if (plan?.gate === undefined || plan.gate.reason === 'absent') return {}
  const refused = ended.filter(({ failures }) => failures.some(isGateRefusal)).length
  return { gated: isLookedAt(plan, refused) }
}

/** A draft as it is about to be made with a credential; notes whether the provider reports it. */
export const withCredential = (
  draft: OpenAttempt,
  credential: string,
  deps: Dependencies,
): OpenAttempt => {
  const isReported = deps.webhooks.addressFor(draft.provider, draft.attempt.id) !== undefined
  const call = { ...draft.attempt.call, credential, ...(isReported ? { webhook: true } : {}) }
  return { ...draft, attempt: { ...draft.attempt, call, startedAt: deps.clock.now() } }
}

/** Calls of one request must not make the same picture twice: each seed goes on where one ended. */
function withOwnSeed(settings: CallSettings, offset: number): CallSettings {
  if (settings.seed === undefined || offset === 0) return settings
  return { ...settings, seed: (settings.seed + offset) % (requestLimits.maxSeed + 1) }
}

/**
 * Writes calls down, together with what is not written yet. When this returns, a crash finds every
 * call that may have been sent.
 * @param unwritten facts of the run that go along; once written they must not be given again.
 * @throws GatewayError `ledger_unavailable`, or `insufficient_quota` when a budget has no room;
 * nothing was sent.
 */
export async function announce(
  attempts: readonly Attempt[],
  unwritten: readonly Fact[],
  run: Run,
  deps: Dependencies,
): Promise<void> {
  const started = attempts.map((attempt) => ({ kind: 'attempt-started', attempt }) as const)
  // Of a job each write says that it is still ours: one that was lost buys nothing.
  const isClaimed = run.job !== undefined && unwritten.length === 0
  const claimed = isClaimed ? run.unwritten.filter(isAcceptance) : []
  try {
    const { isKnown = false } = run
    const left = unwrittenOf({ unwritten, isKnown })
    await deps.stores.journal.commit([...claimed, ...left, ...started])
    if (unwritten.length > 0) run.watch.onWritten?.(unwritten)
  } catch (error) {
    if (isBudgetRefusal(error)) throw deps.budgets.refused(error.budgetRefusal)
    if (isOutcomeUnknown(error)) {
      const isFirst = unwritten.length > 0
      const facts = unsentFacts(run, { attempts, isFirst }, deps.clock.now())
      deps.late.add({ requestId: run.id, facts }, deps)
    }
    const known = GatewayError.isInstance(error) ? error.retryAfterMs : undefined
    throw new GatewayError('ledger_unavailable', 'Spend cannot be recorded now.', {
      cause: error,
      ...(known === undefined ? {} : { retryAfterMs: known }),
    })
  }
}

/** Enough of a call to go on with it after a restart; all of it can be printed as JSON. */
const toStoredCall = (plan: CallPlan, row: PriceRow, finishing: Finishing): JsonObject => {
  const { operation, details, n, settings, expectedSize, options } = plan
  const call = { operation, details, n, settings, expectedSize, options, row, finishing }
  return call as unknown as JsonObject
}

/** Makes the call. The job id of an asynchronous provider is written down before the first poll. */
export async function execute(
  open: OpenAttempt,
  run: Run,
  deps: Dependencies,
): Promise<AnsweredAttempt> {
  const startedMs = deps.clock.monotonicMs()
  const outcome = recognised(await makeCall(open, run, deps))
  const durationMs = deps.clock.monotonicMs() - startedMs
  const { timeouts } = deps.traffic
  if (outcome.kind === 'produced') timeouts.take(open.plan, durationMs)
  else if (outcome.failure.class === 'timeout_unknown') timeouts.forget(open.plan)
  return { ...open, outcome, durationMs }
}

/** A good answer without a picture, and without a word about why, is a failure that is paid. */
export function recognised(outcome: CallOutcome): CallOutcome {
  if (outcome.kind === 'failed' || outcome.images.length + outcome.withheld.length > 0) {
    return outcome
  }
  const { images: _, withheld: __, resolved: ___, ...rest } = outcome
  return { ...rest, kind: 'failed', failure: failure('empty', 'an answer without a picture') }
}

async function makeCall(open: OpenAttempt, run: Run, deps: Dependencies): Promise<CallOutcome> {
  const { attempt, provider } = open
  const prepared = await prepare(open, run, deps)
  if ('failure' in prepared) return { kind: 'failed', failure: prepared.failure }
  if (run.stop.buying.aborted) return unsent
  const timeoutMs = deps.traffic.timeouts.limitMs(open.plan)
  const onConnecting = () => deps.traffic.reach.look(provider.id)
  const call = {
    provider,
    stop: run.stop.calls,
    isCharged: open.row.billed_on.cancelled,
    start: (context: CallContext) => provider.call(prepared.call, context),
  }
  try {
    return await deps.webhooks.during(open, deps.limits.lostAnswerMs, deps, (watch) =>
      callOrCancel(
        { ...call, context: { ...callContext(open, run, deps, watch), timeoutMs, onConnecting } },
        deps.clock,
      ),
    )
  } catch (error) {
    // Providers never throw; one that does may have sent the call before.
    deps.log.error({ requestId: run.id, attemptId: attempt.id, error }, 'a provider threw')
    return { kind: 'failed', failure: failure('timeout_unknown', 'the call broke off') }
  }
}

/** Written down, and not wanted any more before it was sent. */
const unsent: CallOutcome = {
  kind: 'failed',
  failure: failure('cancelled', 'given up before it was sent', { billed: false }),
}

/** Everything a call needs; a failure here costs nothing, because nothing was sent. */
export async function prepare(
  { attempt, plan, provider }: OpenAttempt,
  run: Run,
  deps: Dependencies,
): Promise<{ readonly call: ProviderCall } | { readonly failure: ProviderFailure }> {
  const refused = (text: string) => ({ failure: failure('invalid_request', text) })
  try {
    const inputs =
      plan.padding === undefined
        ? await loadPictures(plan, deps)
        : await padPicture(plan, plan.padding, deps)
    if (inputs === undefined) return refused('an input image is no longer stored')
    const { images } = inputs
    const mask = inputs.mask === undefined ? undefined : await turnMask(inputs.mask, plan, deps)
    const { images: _, mask: __, ...rest } = plan
    const safetyIdentifier = deps.sha256(`${run.caller.keyId}\n${run.request.endUser ?? ''}`)
    const webhook = deps.webhooks.addressFor(provider, attempt.id)
    const call = { ...rest, images, attemptId: attempt.id, safetyIdentifier }
    return {
      call: {
        ...call,
        ...(mask === undefined ? {} : { mask }),
        ...(webhook === undefined ? {} : { webhook }),
      },
    }
  } catch (error) {
    deps.log.error({ requestId: run.id, attemptId: attempt.id, error }, 'call not prepared')
    return refused('an input image could not be read')
  }
}

/** What a provider may do while it works; also used when a job is resumed. */
export const callContext = (
  { attempt, provider }: Pick<OpenAttempt, 'attempt' | 'provider'>,
  run: Pick<Run, 'watch'>,
  deps: Dependencies,
  watch?: JobWatch,
): CallContext => ({
  ...credentialOf(attempt, (credential) => ({
    credential,
    onRate: (report) => deps.traffic.learn(provider.id, credential, report),
  })),
  onSubmitted: async (job) => {
    watch?.submitted(job)
    // Never rejects: a job whose id cannot be written is paid all the same, and polled on.
    const facts: Fact[] = [{ kind: 'attempt-submitted', attemptId: attempt.id, job: { ...job } }]
    // A report may have been written before the answer came.
    const isShared = watch !== undefined
    await paidWrite({ requestId: attempt.requestId, facts, isShared }, deps)
  },
  ...(watch === undefined ? {} : { reports: watch.reports }),
  onPartial: (partial) => run.watch.onPartial?.(partial),
  onProgress: (progress) => run.watch.onProgress?.({ ...progress, attemptId: attempt.id }),
  ...(run.watch.via === undefined ? {} : { via: run.watch.via }),
})

/** Attempts that were written by earlier versions name no credential. */
const credentialOf = (
  { call }: Attempt,
  use: (credential: string) => Partial<CallContext>,
): Partial<CallContext> => (typeof call.credential === 'string' ? use(call.credential) : {})
