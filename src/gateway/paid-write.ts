import type { Fact } from '../core/jobs/request-record.ts'
import type { ContradictionError } from '../ports/stores.ts'
import type { Dependencies } from './dependencies.ts'

const isContradiction = (error: unknown): error is ContradictionError =>
  error instanceof Error && 'contradiction' in error

/**
 * Writes facts that follow a paid answer: a passing trouble of the database must not lose them, so
 * it is tried again, ever slower. True when they are durable; false after the last try, which is
 * logged with everything needed to book it by hand.
 */
export async function paidWrite(
  facts: readonly Fact[],
  requestId: string,
  deps: Dependencies,
): Promise<boolean> {
  for (let attempt = 1; attempt <= deps.limits.settleTries; attempt += 1) {
    try {
      await deps.stores.journal.commit(facts)
      return true
    } catch (error) {
      const isFinal = isContradiction(error) || attempt === deps.limits.settleTries
      deps.log.error({ requestId, attempt, isFinal, error, facts: kinds(facts) }, 'write failed')
      if (isFinal) break
      await deps.clock.sleep(deps.limits.settlePauseMs * 2 ** (attempt - 1))
    }
  }
  deps.emit({ kind: 'write-failed', requestId, what: kinds(facts).join(', ') })
  return false
}

const kinds = (facts: readonly Fact[]): string[] => facts.map((fact) => fact.kind)
