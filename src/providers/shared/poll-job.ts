import { failure } from '../../core/errors/provider-failure.ts'
import type { Clock } from '../../ports/clock.ts'
import type { CallContext, CallPlan, JobReports, ProviderJob } from '../../ports/provider.ts'
import type { PollFlow, WireOutcome } from './definition.ts'
import { type Hearing, hearJob } from './hear-job.ts'
import { lossWatch } from './lost-job.ts'
import {
  exchange,
  isPassing,
  type Line,
  maxAnswerBytes,
  toHttp,
  transportLimits,
} from './transport.ts'

/** A job that is waited for. */
interface Awaited {
  readonly job: ProviderJob
  readonly plan: CallPlan
  readonly context: CallContext
}

/** Polls until a job has ended; passing troubles of single polls do not end it. */
export async function pollJob(line: Line, clock: Clock, awaited: Awaited): Promise<WireOutcome> {
  const hearing = hearJob(line, awaited.job, awaited)
  try {
    return await pollUntilEnd(line, clock, awaited, hearing)
  } finally {
    hearing.close()
  }
}

async function pollUntilEnd(
  line: Line,
  clock: Clock,
  { job, plan, context }: Awaited,
  hearing: Hearing,
): Promise<WireOutcome> {
  const flow = line.definition.flow as PollFlow
  const endsAt = clock.monotonicMs() + plan.model.timeoutMs
  let pauseMs = flow.everyMs
  let failedPolls = 0
  let question = flow.toPoll(job)
  const sleep: JobReports['pause'] = (ms, signal) => clock.sleep(ms, signal)
  const untilReported = context.reports?.pause ?? sleep
  let pause = untilReported
  const lossOf = lossWatch(line, clock, job)
  while (clock.monotonicMs() < endsAt) {
    await hearing.pause(pauseMs, pause, context.signal)
    pauseMs = flow.everyMs
    const request = toHttp(line, question, {
      timeouts: { headersMs: transportLimits.pollMs, totalMs: transportLimits.pollMs },
      maxBytes: maxAnswerBytes(plan.n),
      signal: context.signal,
    })
    const result = await exchange(line, request)
    const outcome: WireOutcome =
      'failure' in result
        ? { kind: 'failed', failure: { ...result.failure, status: 503 } }
        : flow.fromPoll(result.answer, job, plan)
    if (outcome.kind === 'pending') {
      const loss = await lossOf(context.signal)
      if (loss !== undefined) return { kind: 'failed', failure: loss }
      pauseMs = outcome.checkAfterMs ?? flow.everyMs
      question = outcome.askNext ?? flow.toPoll(job)
      // A job that has ended, and says elsewhere with what, is not reported again.
      pause = outcome.askNext === undefined ? untilReported : sleep
      failedPolls = 0
    } else if (outcome.kind === 'failed' && isPassing(outcome.failure.status)) {
      failedPolls += 1
      const asked = outcome.failure.retryAfterMs ?? flow.everyMs * 2
      pauseMs = Math.min(asked, transportLimits.maxPollPauseMs)
      if (failedPolls >= transportLimits.maxFailedPolls) break
    } else {
      return outcome
    }
  }
  const message = `job ${job.id} has not ended within ${plan.model.timeoutMs} ms`
  return { kind: 'failed', failure: failure('timeout_unknown', message) }
}
