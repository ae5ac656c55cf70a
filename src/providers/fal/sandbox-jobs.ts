import type { EmulatorAnswer, EmulatorKit, Fault } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import { flagged, infrastructure, json, refusedByModel } from './sandbox-answers.ts'
import { billOf } from './sandbox-bill.ts'
import type { EmulatedEndpoint } from './sandbox-fields.ts'
import type { EmulatedTask, FieldProblem } from './sandbox-input.ts'

/** A request in the queue. Its state is a function of the time that has passed. */
export interface EmulatedJob {
  readonly id: string
  readonly key: string
  /** The endpoint's name, with its path. */
  readonly name: string
  readonly endpoint: EmulatedEndpoint
  /** What it is to do, or what its model will say against it. */
  readonly task: EmulatedTask | undefined
  readonly problems: readonly FieldProblem[]
  readonly seed: number
  readonly createdAt: number
  /** When a runner takes it; never for a stuck one. */
  readonly startsAt: number
  readonly runMs: number
  readonly seconds: number
  /** `x-fal-request-timeout`, as an instant: what has not begun by then never does. */
  readonly deadline: number | undefined
  readonly fault: Fault | undefined
  readonly units: number
  isRemoved: boolean
}

/** The states of a job. */
export type JobState = 'IN_QUEUE' | 'IN_PROGRESS' | 'COMPLETED'

/** Requests of one key that run at once: what an account with credit has (docs.fal.ai, 2026). */
export const CONCURRENCY = 40
/** Share of the work after which a request that has a runner no longer looks queued. */
const SHOWN_FROM = 0.2
/** Jobs that are kept; the emulator's own. */
const MAX_KEPT = 10_000

/** When a job ends, in whatever way. */
export function endOf({ startsAt, runMs, deadline, problems }: EmulatedJob): number {
  if (deadline !== undefined && startsAt > deadline) return deadline
  return startsAt + (problems.length > 0 ? 0 : runMs)
}

/** The state of a job now. */
export function stateOf(job: EmulatedJob, now: number): JobState {
  if (now >= endOf(job)) return 'COMPLETED'
  return now - job.startsAt >= job.runMs * SHOWN_FROM ? 'IN_PROGRESS' : 'IN_QUEUE'
}

/** Whether it waits for a runner, so that it can still be taken out of the queue. */
export const isWaiting = (job: EmulatedJob, now: number): boolean =>
  now < job.startsAt && stateOf(job, now) !== 'COMPLETED'

/** Errors of machines that a job can end with. */
const ENDS: Readonly<Partial<Record<Fault, readonly [number, string, string]>>> = {
  'server-error': [500, 'internal_error', 'Internal Server Error'],
  'job-fails': [503, 'runner_connection_error', 'The runner could not be reached'],
  'error-in-200': [503, 'runner_disconnected', 'The runner disconnected while it worked'],
}

/** The error of a job that has ended; undefined when it has pictures. */
export function errorOf(job: EmulatedJob): EmulatorAnswer | undefined {
  if (job.deadline !== undefined && job.startsAt > job.deadline) {
    const timedOut = infrastructure(504, 'request_timeout', 'The request did not start in time')
    return { ...timedOut, headers: { ...timedOut.headers, 'x-fal-request-timeout-type': 'user' } }
  }
  const end = job.fault === undefined ? undefined : ENDS[job.fault]
  if (end !== undefined) return infrastructure(...end)
  if (job.fault === 'moderate-input') return refusedByModel(flagged(job.task?.prompt ?? ''))
  return job.problems.length > 0 ? refusedByModel(job.problems) : undefined
}

/** Pictures that a job makes. */
export function pictureCount({ fault, task }: EmulatedJob): number {
  const asked = task?.count ?? 0
  if (fault === 'empty') return 0
  return fault === 'wrong-count' ? Math.max(0, asked - 1) : asked
}

/** The result of a job that has ended well. */
function printResult(job: EmulatedJob, task: EmulatedTask, baseUrl: string): object {
  const origin = job.fault === 'link-private' ? 'http://10.0.0.1' : baseUrl
  const images = Array.from({ length: pictureCount(job) }, (_, index) => ({
    url: `${origin}/media/${job.id}/${index}.${task.format}`,
    width: task.size.width,
    height: task.size.height,
    content_type: `image/${task.format}`,
  }))
  if (job.endpoint.isSingle) return { image: images[0] ?? null, seed: job.seed }
  const isUnsafe = job.fault === 'moderate-output'
  return {
    images,
    timings: { inference: job.seconds },
    seed: job.seed,
    ...(job.endpoint.flags ? { has_nsfw_concepts: images.map(() => isUnsafe) } : {}),
    prompt: task.prompt,
  }
}

/** The answer to the question for a result: an error, or the pictures. */
export function answerResult(job: EmulatedJob, baseUrl: string): EmulatorAnswer {
  const error = errorOf(job)
  const headers = { 'x-fal-request-id': job.id }
  if (error !== undefined) return { ...error, headers: { ...error.headers, ...headers } }
  if (job.task === undefined) return json(200, {}, headers)
  return json(200, printResult(job, job.task, baseUrl), {
    ...headers,
    'x-fal-billable-units': String(job.units),
  })
}

/**
 * Charges a job. One with a free runner is charged when it is taken in, for its work has begun; one
 * that waits, when it begins.
 */
export function charge(job: EmulatedJob, kit: EmulatorKit): void {
  if (job.task === undefined || errorOf(job) !== undefined || pictureCount(job) === 0) return
  const factor = job.fault === 'cost-differs' ? DIFFERING_FACTOR : 1
  const { dollars } = billOf(job.endpoint, job.task, pictureCount(job), factor)
  kit.bill({ model: job.name, images: pictureCount(job), dollars, requestId: job.id })
}

/** `cost-differs`: as many units as this are billed for each one that there is. */
export const DIFFERING_FACTOR = 1.5

/** Charges the jobs that have begun since the last look. */
export function chargeBegun(kit: EmulatorKit): void {
  const waiting = waitingOf(kit)
  for (const job of waiting) {
    if (!job.isRemoved && kit.now() < job.startsAt) continue
    waiting.delete(job)
    if (!job.isRemoved) charge(job, kit)
  }
}

/** Jobs that wait for a runner. */
export const waitingOf = (kit: EmulatorKit) => kept(kit, 'waiting', () => new Set<EmulatedJob>())

/** All jobs of this emulator, oldest first. */
export const jobsOf = (kit: EmulatorKit) => kept(kit, 'jobs', () => new Map<string, EmulatedJob>())

/** Forgets the oldest jobs when there are too many. */
export function forgetOldest(kit: EmulatorKit): void {
  const jobs = jobsOf(kit)
  for (const id of jobs.keys()) {
    if (jobs.size <= MAX_KEPT) return
    jobs.delete(id)
  }
}
