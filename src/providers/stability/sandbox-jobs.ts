import type { EmulatorAnswer, EmulatorKit, Fault } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { jsonAnswer } from '../shared/emulator-wire.ts'

/** Pictures are kept for 24 hours (Stability API reference, read 2026-11-20). */
const KEPT_MS = 24 * 60 * 60_000
/** Polls more often than every 10 s are refused (same source). */
const POLL_MS = 10_000
/** Share of its time after which a job that vanishes or fails does so; the emulator's own. */
const BREAKS_AT = 0.5
/** Jobs remembered; the oldest are forgotten first. */
const MAX_JOBS = 1_000

/** An accepted job. */
export interface EmulatedJob {
  readonly id: string
  readonly key: string
  readonly startedAt: number
  readonly durationMs: number
  readonly fault: Fault | undefined
  /** Draws the picture and answers with it, as a synchronous service does. */
  readonly answer: (wantsJson: boolean) => Promise<EmulatorAnswer>
  /** Changed by each poll that was answered. */
  polledAt: number
}

/** Takes a job in and answers with its id. */
export function acceptJob(kit: EmulatorKit, job: Omit<EmulatedJob, 'polledAt'>): EmulatorAnswer {
  const jobs = jobsOf(kit)
  jobs.set(job.id, { ...job, polledAt: Number.NEGATIVE_INFINITY })
  for (const oldest of jobs.keys()) {
    if (jobs.size <= MAX_JOBS) break
    jobs.delete(oldest)
  }
  return jsonAnswer(200, { id: job.id })
}

/** What a poll of a job is answered with: 202 while it works, then the picture. */
export async function pollJob(
  kit: EmulatorKit,
  asked: { readonly id: string; readonly key: string; readonly wantsJson: boolean },
): Promise<EmulatorAnswer> {
  const error = (status: number, name: string, text: string): EmulatorAnswer =>
    jsonAnswer(status, { id: kit.hexId(32), name, errors: [text] })
  const job = jobsOf(kit).get(asked.id)
  const now = kit.now()
  const elapsedMs = now - (job?.startedAt ?? 0)
  const lifeMs = (job?.durationMs ?? 0) + kit.scaled(KEPT_MS)
  if (job === undefined || job.key !== asked.key || elapsedMs > lifeMs) {
    return error(404, 'not_found', 'id: is not known, or its result has expired')
  }
  if (now - job.polledAt < kit.scaled(POLL_MS)) {
    return error(429, 'rate_limit_exceeded', 'results may be asked for once in 10 seconds')
  }
  job.polledAt = now
  const isBroken = elapsedMs >= job.durationMs * BREAKS_AT
  if (job.fault === 'job-vanishes' && isBroken) {
    return error(404, 'not_found', 'id: is not known, or its result has expired')
  }
  if (job.fault === 'job-fails' && isBroken) {
    return error(500, 'internal_error', 'an unexpected error occurred')
  }
  if (job.fault === 'job-stuck' || elapsedMs < job.durationMs) {
    return jsonAnswer(202, { id: job.id, status: 'in-progress' })
  }
  return job.answer(asked.wantsJson)
}

const jobsOf = (kit: EmulatorKit): Map<string, EmulatedJob> =>
  kept(kit, 'jobs', () => new Map<string, EmulatedJob>())
