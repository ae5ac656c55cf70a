import type { Fact } from '../core/jobs/request-record.ts'
import type { Log } from '../ports/log.ts'
import type { Journal } from '../ports/stores.ts'
import { isContradiction } from './contradiction.ts'
import type { GatewayLimits } from './limits.ts'

/** Facts that a database in trouble did not take. */
interface LateWrite {
  readonly requestId: string
  readonly facts: readonly Fact[]
}

/** What a caller of `add` and `flush` brings along. */
interface Tools {
  readonly log: Log
  readonly limits: Pick<GatewayLimits, 'lateWrites'>
}

/**
 * Facts of work that is done and paid, which wait until the database is back: the answer does not
 * wait that long. They are written in their order, so that none comes before what it builds on.
 */
export class LateWrites {
  readonly #waiting: LateWrite[] = []
  #flushing: Promise<void> | undefined

  /** How many commits wait. */
  get size(): number {
    return this.#waiting.length
  }

  /** Keeps facts for later; beyond the limit the log is all that is left of them. */
  add(write: LateWrite, { log, limits }: Tools): void {
    if (this.#waiting.length < limits.lateWrites) {
      this.#waiting.push(write)
      return
    }
    const { requestId, facts } = write
    log.error({ requestId, facts: describeFacts(facts) }, 'facts lost: too many wait')
  }

  /**
   * Writes what waits, oldest first; a contradiction means that somebody else has written it.
   * @throws what the journal throws; the rest waits on.
   */
  flush(journal: Journal, tools: Pick<Tools, 'log'>): Promise<void> {
    this.#flushing ??= this.#flushAll(journal, tools).finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  async #flushAll(journal: Journal, { log }: Pick<Tools, 'log'>): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      const { requestId, facts } = first
      try {
        await journal.commit(facts)
        log.info({ requestId, facts: describeFacts(facts) }, 'written late')
      } catch (error) {
        if (!isContradiction(error)) throw error
        log.warn({ requestId, error, facts: describeFacts(facts) }, 'late write not needed')
      }
      this.#waiting.shift()
    }
  }
}

/** Facts for the log: enough to book money by hand, and nothing of prompts or pictures. */
export const describeFacts = (facts: readonly Fact[]): readonly object[] =>
  facts.map((fact) => {
    switch (fact.kind) {
      case 'attempt-settled': {
        const { id, offer, outcome, costNano } = fact.attempt
        return { kind: fact.kind, id, offer, outcome, costNano: costNano.toString() }
      }
      case 'attempt-submitted':
        return { kind: fact.kind, id: fact.attemptId, job: fact.job.id }
      case 'hold-closed':
        return { kind: fact.kind, id: fact.entry.holdId, amountNano: String(fact.entry.amountNano) }
      default:
        return { kind: fact.kind }
    }
  })
