import { failure, type ProviderFailure } from '../core/errors/provider-failure.ts'
import type { Clock } from '../ports/clock.ts'
import type {
  CallContext,
  CallOutcome,
  CancelOutcome,
  Provider,
  ProviderJob,
} from '../ports/provider.ts'
import { onAbort } from './stop-order.ts'

/** How long a job that was stopped for money may take to say what it was charged. */
const LAST_WORD_MS = 10_000

/** A call, or the resumption of one, that may be given up while it runs. */
export interface CancellableCall {
  readonly provider: Pick<Provider, 'cancel' | 'isInterruptible'>
  readonly context: CallContext
  /** Aborts when it is to be given up. */
  readonly stop: AbortSignal
  /** Its job, when it is resumed. */
  readonly job?: ProviderJob
  /** Whether its price says that what is given up is charged; if not, that is doubtful. */
  readonly isCharged: boolean
  readonly start: (context: CallContext) => Promise<CallOutcome>
}

/**
 * Makes a call, and gives it up when told to, if its provider can stop it. What was charged by then
 * is booked, never assumed to be nothing; a picture that comes all the same is kept. A provider
 * that cannot stop is waited for as if nothing had been said.
 */
export async function callOrCancel(call: CancellableCall, clock: Clock): Promise<CallOutcome> {
  const drop = new AbortController()
  const submitted = Promise.withResolvers<ProviderJob>()
  if (call.job !== undefined) submitted.resolve(call.job)
  const running = call.start({
    ...call.context,
    signal: drop.signal,
    onSubmitted: async (job) => {
      await call.context.onSubmitted(job)
      submitted.resolve(job)
    },
  })
  // Whoever drops it need not listen to how it ends.
  running.catch(() => undefined)
  const { cancel } = call.provider
  const told = Promise.withResolvers<undefined>()
  onAbort(call.stop, () => told.resolve(undefined))
  const early = await Promise.race([running, told.promise])
  if (early !== undefined) return early
  if (cancel === undefined) {
    if (call.provider.isInterruptible !== true) return running
    drop.abort()
    return given(await running, true)
  }
  const job = await Promise.race([running.then(() => undefined), submitted.promise])
  if (job === undefined) return running
  const { credential } = call.context
  const answer = cancel(job, credential === undefined ? {} : { credential })
  const fate = answer.catch((): CancelOutcome => 'unknown')
  const doubt = call.isCharged ? true : 'unknown'
  return conclude({ running, fate, doubt, drop: () => drop.abort() }, clock)
}

/** What is asked of a provider at one time: the job itself, and that it be given up. */
interface Asked {
  readonly running: Promise<CallOutcome>
  readonly fate: Promise<CancelOutcome>
  /** Whether it is charged, when nobody says so. */
  readonly doubt: true | 'unknown'
  readonly drop: () => void
}

/** A job may end while it is being cancelled; then its own end tells what was made and charged. */
async function conclude({ running, fate, doubt, drop }: Asked, clock: Clock): Promise<CallOutcome> {
  const ended = await Promise.race([running, fate.then(() => undefined)])
  if (ended?.kind === 'produced') return ended
  switch (await fate) {
    case 'stopped': {
      const end = ended ?? neverBegun
      drop()
      return given(end, false)
    }
    case 'stopped_charged': {
      const end = ended ?? (await within(LAST_WORD_MS, running, clock)) ?? stoppedLate
      drop()
      return given(end, true)
    }
    case 'signalled':
      return given(await running, doubt)
    case 'too_late':
    case 'unknown':
      return running
  }
}

const neverBegun: CallOutcome = {
  kind: 'failed',
  failure: failure('cancelled', 'given up before the provider had begun'),
}

const stoppedLate: CallOutcome = {
  kind: 'failed',
  failure: failure('cancelled', 'given up while the provider worked on it'),
}

/** The end of a call that was given up; its provider's own word on the charge goes first. */
function given(outcome: CallOutcome, billed: ProviderFailure['billed']): CallOutcome {
  if (outcome.kind === 'produced') return outcome
  const said = outcome.failure.billed
  const known = said === 'unknown' ? billed : said
  return { ...outcome, failure: { ...outcome.failure, class: 'cancelled', billed: known } }
}

async function within<Value>(
  limitMs: number,
  work: Promise<Value>,
  clock: Clock,
): Promise<Value | undefined> {
  const over = new AbortController()
  const late = clock.sleep(limitMs, over.signal).then(
    () => undefined,
    () => undefined,
  )
  try {
    return await Promise.race([work, late])
  } finally {
    over.abort()
  }
}
