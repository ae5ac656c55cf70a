import { IDEMPOTENCY_MS } from '../core/answers/idempotency-key.ts'
import { owedTimes } from '../core/answers/owed-answer.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import type { Dependencies } from './dependencies.ts'
import type { Run } from './run.ts'

type Claimant = Pick<Run, 'id' | 'caller' | 'startedAt' | 'watch'>

/**
 * The name of a request, written with its acceptance: of two processes that take up one name, the
 * second one's write is refused before it calls anybody.
 */
export function nameFacts({ id, caller, startedAt, watch: { claim } }: Claimant): Fact[] {
  if (claim?.name === undefined) return []
  const key = {
    keyId: caller.keyId,
    name: claim.name,
    fingerprint: claim.fingerprint,
    requestId: id,
    usedAt: startedAt,
    expiresAt: startedAt + IDEMPOTENCY_MS,
  }
  return [{ kind: 'key-used', key }]
}

/** What is owed to the client of a request that costs money; a name finds its answer by itself. */
export function answerFacts(
  { id, caller, startedAt, watch: { claim } }: Claimant,
  { owner, clock, limits }: Pick<Dependencies, 'owner' | 'clock' | 'limits'>,
): Fact[] {
  if (claim === undefined || claim.name !== undefined) return []
  const heldUntil = clock.now() + limits.leaseMs
  const answer = {
    requestId: id,
    keyId: caller.keyId,
    fingerprint: claim.fingerprint,
    createdAt: startedAt,
    holder: owner,
    heldUntil,
    keptUntil: heldUntil + owedTimes.adoptMs,
  }
  return [{ kind: 'answer-owed', answer }]
}
