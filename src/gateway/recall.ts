import { recordedOutcome } from '../core/answers/recorded-outcome.ts'
import { GatewayError } from '../core/errors/gateway-error.ts'
import type { AnswerTools } from './asked.ts'
import type { GatewayResult } from './result.ts'
import { storedError } from './stored-error.ts'
import { storedResult } from './stored-result.ts'

/** Time between two looks at a request that another process works on, in milliseconds. */
const LOOK_AGAIN_MS = 250
/** Longest wait for a request that does not end. */
const MAX_WAIT_MS = 30 * 60_000

/**
 * Waits for the end of an earlier request, whoever works on it, and gives its answer.
 * @returns undefined when it was given up before it had one.
 * @throws GatewayError what it failed with.
 */
export async function recall(
  requestId: string,
  { desk, deps }: Pick<AnswerTools, 'desk' | 'deps'>,
): Promise<GatewayResult | undefined> {
  const endMs = deps.clock.monotonicMs() + MAX_WAIT_MS
  while (deps.clock.monotonicMs() < endMs) {
    await desk.end(requestId)
    const record = await deps.stores.requests.request(requestId)
    const outcome = record === undefined ? undefined : recordedOutcome(record)
    if (outcome === 'nothing') return undefined
    if (record !== undefined && outcome === 'images') return storedResult(record, deps)
    if (record !== undefined && outcome !== undefined) throw storedError(record)
    await deps.clock.sleep(LOOK_AGAIN_MS)
  }
  const message = `The request has not ended; see GET /v1/requests/${requestId}.`
  throw new GatewayError('deadline_exceeded', message, { requestId })
}
