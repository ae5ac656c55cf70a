import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ProviderJob } from '../../ports/provider.ts'
import { exchange, type Line, toHttp, transportLimits } from './transport.ts'

/** Looks that must not find a job, one after the other; between two it may just have ended. */
const MOST_MISSES = 2
/** Bytes of a list of jobs: thousands of them with their graphs. */
const MOST_LIST_BYTES = 64 * 1024 * 1024

/**
 * Notices that a job is nowhere any more, because the server was started anew: it would be polled
 * until its time is over, and hold a place meanwhile. To be asked after each poll that did not find
 * an end; a look that fails counts for nothing.
 * @returns why the job is given up. Nobody knows what of it had been done.
 */
export function lossWatch(
  line: Line,
  clock: Clock,
  job: ProviderJob,
): (signal: AbortSignal | undefined) => Promise<ProviderFailure | undefined> {
  const { flow } = line.definition
  const presence = flow.kind === 'poll' ? flow.presence : undefined
  if (presence === undefined) return async () => undefined
  let misses = 0
  let lookAtMs = clock.monotonicMs() + presence.everyMs
  return async (signal) => {
    if (clock.monotonicMs() < lookAtMs) return undefined
    const request = toHttp(line, presence.toLook(job), {
      timeouts: { headersMs: transportLimits.pollMs, totalMs: transportLimits.pollMs },
      maxBytes: MOST_LIST_BYTES,
      signal,
    })
    const result = await exchange(line, request)
    lookAtMs = clock.monotonicMs() + presence.everyMs
    const isThere = 'failure' in result ? undefined : presence.fromLook(result.answer, job)
    if (isThere !== undefined) misses = isThere ? 0 : misses + 1
    if (misses < MOST_MISSES) return undefined
    return failure('timeout_unknown', `job ${job.id} is lost: the server does not know it any more`)
  }
}
