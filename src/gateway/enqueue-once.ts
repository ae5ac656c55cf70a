import { IDEMPOTENCY_MS } from '../core/answers/idempotency-key.ts'
import type { Fact } from '../core/jobs/request-record.ts'
import { isContradiction } from './contradiction.ts'
import type { Dependencies } from './dependencies.ts'
import type { JobDesk } from './job-desk.ts'
import { requireSame } from './named-answers.ts'
import type { Claim } from './run.ts'
import { normalise } from './stages/normalise.ts'
import { plan } from './stages/plan.ts'
import { openStop } from './stop-order.ts'
import type { Enqueued } from './to-queued.ts'

/** A job that was asked for, and whether that was so before. */
export interface EnqueuedOnce {
  readonly id: string
  readonly isReplay: boolean
}

/**
 * Puts one request into the queue; under a name of its client's no more than once. What can be
 * refused is refused now, and not when nobody looks any more.
 * @throws GatewayError as if it were to be made at once; `idempotency_key_reused`.
 */
export async function enqueueOnce(
  { request, caller }: Pick<Enqueued, 'request' | 'caller'>,
  claim: Claim,
  { deps, jobs }: { readonly deps: Dependencies; readonly jobs: JobDesk },
): Promise<EnqueuedOnce> {
  plan(normalise(request, caller, { watch: {}, stop: openStop() }, deps), deps)
  const { name, fingerprint } = claim
  const enqueue = async (facts: (id: string) => readonly Fact[]): Promise<EnqueuedOnce> => {
    const [id = ''] = await jobs.enqueue([{ request, caller }], facts)
    return { id, isReplay: false }
  }
  if (name === undefined) return enqueue(() => [])
  const { keyId } = caller
  const find = async (): Promise<EnqueuedOnce | undefined> => {
    const key = await deps.stores.answers.named({ keyId, name, now: deps.clock.now() })
    if (key === undefined) return undefined
    requireSame(key, { name, fingerprint })
    return { id: key.requestId, isReplay: true }
  }
  const known = await find()
  if (known !== undefined) return known
  const usedAt = deps.clock.now()
  const key = { keyId, name, fingerprint, usedAt, expiresAt: usedAt + IDEMPOTENCY_MS }
  try {
    return await enqueue((requestId) => [{ kind: 'key-used', key: { ...key, requestId } }])
  } catch (error) {
    // Its twin was faster.
    const other = isContradiction(error) ? await find() : undefined
    if (other === undefined) throw error
    return other
  }
}
