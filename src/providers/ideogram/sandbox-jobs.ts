import type { EmulatorKit, Fault } from '../shared/emulator.ts'
import type { EmulatedTask } from './sandbox-request.ts'

/** An accepted generation. Its state is a function of the time that has passed, nothing more. */
export interface EmulatedJob {
  readonly id: string
  readonly key: string
  readonly task: EmulatedTask
  readonly seed: number
  readonly startedAt: number
  readonly durationMs: number
  /** How long its pictures can be fetched after the end. */
  readonly linkLifeMs: number
  /** The charge that the result tells; only for a request priced by what it used. */
  readonly reportedMicros: number | undefined
  readonly fault: Fault | undefined
}

/** Links are good for a day (developer.ideogram.ai, read 2026-11-25). */
const LINK_MS = 24 * 60 * 60_000
/** Emulated time may pass a thousand times faster; clients' pauses between polls do not. */
const SHORTEST_LINK_MS = 30_000
/** A stuck generation takes a place no longer than this; the emulator's own. */
const STUCK_MS = 30 * 60_000

/** Where a generation stands; `gone` when nobody knows it any more. */
export type JobState = 'pending' | 'completed' | 'failed' | 'gone'

/** The state of a generation now. */
export function stateOf(job: EmulatedJob, kit: EmulatorKit): JobState {
  const elapsedMs = kit.now() - job.startedAt
  if (job.fault === 'job-stuck') return elapsedMs >= kit.scaled(STUCK_MS) ? 'gone' : 'pending'
  if (job.fault === 'job-vanishes' && elapsedMs >= job.durationMs / 3) return 'gone'
  if (elapsedMs < job.durationMs) return 'pending'
  return job.fault === 'job-fails' ? 'failed' : 'completed'
}

/** How long links live. */
export const linkLifeMs = (fault: Fault | undefined, kit: EmulatorKit): number =>
  fault === 'link-expired' ? 0 : Math.max(SHORTEST_LINK_MS, kit.scaled(LINK_MS))

/** Whether the pictures of a generation can still be fetched. */
export const isFetchable = (job: EmulatedJob, kit: EmulatorKit): boolean =>
  kit.now() - job.startedAt - job.durationMs <= job.linkLifeMs

/** All generations of this emulator, oldest first; those too old to matter are forgotten. */
export function jobsOf(kit: EmulatorKit): Map<string, EmulatedJob> {
  const known = kit.state.get('jobs')
  const jobs = known instanceof Map ? (known as Map<string, EmulatedJob>) : new Map()
  if (known === undefined) kit.state.set('jobs', jobs)
  const keptMs = kit.scaled(STUCK_MS)
  for (const [id, job] of jobs) {
    const lifeMs = job.durationMs + Math.max(job.linkLifeMs, SHORTEST_LINK_MS) + keptMs
    if (kit.now() - job.startedAt > lifeMs) jobs.delete(id)
  }
  return jobs
}

/** Generations of one key that have not ended. */
export const unfinishedOf = (kit: EmulatorKit, key: string): number =>
  jobsOf(kit)
    .values()
    .filter((job) => job.key === key && stateOf(job, kit) === 'pending')
    .reduce((count) => count + 1, 0)

/** How many pictures a generation has, withheld ones included. */
export function pictureCount({ task, fault }: EmulatedJob): number {
  if (fault === 'empty') return 0
  return fault === 'wrong-count' ? task.count - 1 : task.count
}

/** The body that tells where a generation stands. */
export function printJob(job: EmulatedJob, kit: EmulatorKit, baseUrl: string): object {
  const status = stateOf(job, kit)
  const head = { generation_id: job.id, status, created: new Date(job.startedAt).toISOString() }
  if (status === 'failed') return { ...head, failure_reason: 'generation_error' }
  if (status !== 'completed') return head
  const cost = job.reportedMicros === undefined ? {} : { usage_cost_usd_micros: job.reportedMicros }
  return { ...head, response_type: 'url', data: printPictures(job, baseUrl), ...cost }
}

/** The pictures of a generation that has ended. */
export function printPictures(job: EmulatedJob, baseUrl: string): readonly object[] {
  const { task, fault } = job
  const isSafe = fault !== 'moderate-output'
  const origin = fault === 'link-private' ? 'http://10.0.0.1' : baseUrl
  return Array.from({ length: pictureCount(job) }, (_, index) => ({
    object_type: 'image',
    url: isSafe ? `${origin}/delivery/${job.id}/${index}.png` : null,
    prompt: task.prompt,
    resolution: `${task.size.width}x${task.size.height}`,
    seed: job.seed + index,
    is_image_safe: isSafe,
  }))
}
