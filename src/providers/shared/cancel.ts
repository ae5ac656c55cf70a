import type { HttpAnswer } from '../../ports/http-client.ts'
import type { CancelOutcome, ProviderJob } from '../../ports/provider.ts'
import type { CancelRule, WireRequest } from './definition.ts'
import { exchange, type Line, toHttp, transportLimits } from './transport.ts'

/** Answers to these requests are short; one without an end is given up. */
const MAX_BYTES = 1024 * 1024

/** Requests that giving one job up may take. */
const MAX_REQUESTS = 5

/** Asks a provider to give a job up. A request that fails leaves the job as it was: `unknown`. */
export async function cancelJob(
  line: Line,
  rule: CancelRule,
  job: ProviderJob,
  signal: AbortSignal | undefined,
): Promise<CancelOutcome> {
  const answers: HttpAnswer[] = []
  let wire: WireRequest | undefined = rule.toCancel(job)
  while (wire !== undefined && answers.length < MAX_REQUESTS) {
    const result = await exchange(line, toRequest(line, wire, signal))
    if ('failure' in result) return 'unknown'
    answers.push(result.answer)
    wire = rule.afterCancel?.(job, answers)
  }
  const last = answers.at(-1)
  return last === undefined ? 'unknown' : rule.fromCancel(last, job, answers)
}

/**
 * Runs a synchronous call; when nobody waits for it any more, a server that can be stopped is told
 * so, because it would otherwise work on for nobody. What it answers to that changes nothing.
 */
export async function interruptOnAbort<Result>(
  line: Line,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const { interrupt } = line.definition
  if (interrupt === undefined || signal === undefined) return work()
  const stop = (): void => {
    void exchange(line, toRequest(line, interrupt, undefined))
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await work()
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const toRequest = (line: Line, wire: WireRequest, signal: AbortSignal | undefined) =>
  toHttp(line, wire, {
    timeouts: { headersMs: transportLimits.cancelMs, totalMs: transportLimits.cancelMs },
    maxBytes: MAX_BYTES,
    signal,
  })
