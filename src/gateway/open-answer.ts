import {
  type Departure,
  type Handover,
  keptForMs,
  type OwedAnswer,
} from '../core/answers/owed-answer.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { Instant } from '../core/time.ts'
import type { Log } from '../ports/log.ts'
import type { AnswerTools } from './asked.ts'
import type { Dependencies } from './dependencies.ts'
import type { Ticket } from './pipeline.ts'

/** Work that is waited for; it may be somebody else's. */
export type Awaited = Pick<Ticket, 'requestId' | 'result'>

/** An answer that a client waits for. */
export interface OpenAnswer extends Awaited {
  /** Whether it is the answer of an earlier request with the same `Idempotency-Key`. */
  readonly isReplay: boolean
  /**
   * Says how it left. May be said again, when it turns out that the client never read what had been
   * handed over.
   */
  leave(how: Departure): void
}

/** An answer that is owed as soon as its request is durable. */
export interface Debt {
  readonly answer: OpenAnswer
  /** What was written as owed; until then, or until the work ends without it, `leave` waits. */
  accept(owed: OwedAnswer): void
}

/** What the books of one answer need to know. */
export interface DebtTerms {
  /** Hears of each write, so that a look at what is owed can wait for it. */
  readonly track: (writing: Promise<void>) => void
  /** Until when an adopted one is kept: it is not kept for longer each time it is given. */
  readonly adoptedUntil?: Instant
}

/**
 * Keeps the books of one answer: closes what was delivered, and offers what was not to the next
 * equal request.
 */
export function openDebt(
  { requestId, result }: Awaited,
  { track, adoptedUntil = Number.POSITIVE_INFINITY }: DebtTerms,
  { desk, deps }: Pick<AnswerTools, 'desk' | 'deps'>,
): Debt {
  const known = Promise.withResolvers<OwedAnswer | undefined>()
  void Promise.resolve(desk.end(requestId)).then(() => known.resolve(undefined))
  let outcome: Handover['outcome']
  result.then(
    () => {
      outcome = 'images'
    },
    (error: unknown) => {
      outcome = outcomeOf(error)
    },
  )
  let last = Promise.resolve()
  const leave = (how: Departure): void => {
    const now = deps.clock.now()
    const wanted = now + keptForMs({ ...how, ...(outcome && { outcome }) })
    const until = how.isComplete ? Math.min(wanted, adoptedUntil) : wanted
    last = last.then(async () => {
      const owed = await known.promise
      if (owed !== undefined) await (until > now ? offer(owed, until, deps) : close(owed, deps))
    })
    track(last)
  }
  return { answer: { requestId, result, isReplay: false, leave }, accept: known.resolve }
}

function outcomeOf(error: unknown): Handover['outcome'] {
  if (!GatewayError.isInstance(error)) return 'free failure'
  if (error.code === 'deadline_exceeded') return undefined
  return (error.costNano ?? 0n) > 0n ? 'paid failure' : 'free failure'
}

const close = (answer: OwedAnswer, { stores, log }: Dependencies): Promise<void> =>
  stores.journal.commit([{ kind: 'answer-closed', answer }]).catch(noting(answer, log))

const offer = (answer: OwedAnswer, until: Instant, { stores, log }: Dependencies): Promise<void> =>
  stores.answers.offer(answer, until).catch(noting(answer, log))

/** What cannot be written stays held until the lease of this process runs out. */
const noting =
  ({ requestId }: OwedAnswer, log: Log) =>
  (error: unknown): void =>
    log.error({ requestId, error }, 'handover not written')
