import type { Fact } from '../core/jobs/request-record.ts'
import { isContradiction, isOutcomeUnknown } from './contradiction.ts'
import type { Dependencies } from './dependencies.ts'
import { describeFacts } from './late-writes.ts'

/** Facts that follow a paid answer. */
export interface PaidWrite {
  readonly requestId: string
  readonly facts: readonly Fact[]
  /** The write that these facts build on: whether it became durable. */
  readonly after?: Promise<boolean>
  /** Another process may write the same; a contradiction means that it has. */
  readonly isShared?: boolean
}

/**
 * Writes facts that follow a paid answer. It does not wait for what they build on, because commits
 * are written in their order; only when that one is in trouble must this one come behind it. A
 * passing trouble of the database is sat out, ever slower and not for long: a picture waits for it.
 * After the last try the facts wait in memory until the database is back.
 * @returns true when they are durable; false when they are late, or contradict what is written.
 */
export async function paidWrite(write: PaidWrite, deps: Dependencies): Promise<boolean> {
  const { requestId, facts, after } = write
  const { settleTries, settlePauseMs, settlePatienceMs } = deps.limits
  const begunMs = deps.clock.monotonicMs()
  let mayBeWritten = false
  for (let attempt = 1; ; attempt += 1) {
    const error = await errorOf(deps.stores.journal.commit(facts))
    if (error === undefined) return true
    if ((await after) === false) return giveUp(write, error, deps, { isLate: true })
    if (isContradiction(error)) {
      // Lost while it was confirmed, and now a repetition: it had been written.
      if (mayBeWritten || write.isShared === true) return true
      const wasEarly = attempt === 1 && after !== undefined
      if (!wasEarly) return giveUp(write, error, deps, { isLate: false })
      continue
    }
    mayBeWritten ||= isOutcomeUnknown(error)
    const isOver = deps.clock.monotonicMs() - begunMs >= settlePatienceMs
    if (attempt >= settleTries || isOver) return giveUp(write, error, deps, { isLate: true })
    deps.log.warn({ requestId, attempt, error }, 'write failed, is tried again')
    await deps.clock.sleep(settlePauseMs * 2 ** (attempt - 1))
  }
}

const errorOf = (work: Promise<void>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )

function giveUp(
  { requestId, facts }: PaidWrite,
  error: unknown,
  deps: Dependencies,
  { isLate }: { readonly isLate: boolean },
): false {
  deps.log.error({ requestId, isLate, error, facts: describeFacts(facts) }, 'not written')
  if (isLate) deps.late.add({ requestId, facts }, deps)
  deps.emit({ kind: 'write-failed', requestId, what: facts.map(({ kind }) => kind).join(', ') })
  return false
}
