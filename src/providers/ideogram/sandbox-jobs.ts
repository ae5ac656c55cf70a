import {
  type EmulatedGeneration,
  generationState,
  generationsOf,
  linkLife,
} from '../shared/emulated-generations.ts'
import type { EmulatorKit, Fault } from '../shared/emulator.ts'
import { asPolled } from '../shared/flipping-job.ts'
import type { EmulatedTask } from './sandbox-request.ts'

/** An accepted generation. */
export interface EmulatedJob extends EmulatedGeneration {
  readonly task: EmulatedTask
  readonly seed: number
  /** The charge that the result tells; only for a request priced by what it used. */
  readonly reportedMicros: number | undefined
}

/** Links are good for a day (developer.ideogram.ai, read 2026-11-25). */
const LINK_MS = 24 * 60 * 60_000

/** Where a generation stands: nothing is told of the wait before it begins. */
export function stateOf(job: EmulatedJob, kit: EmulatorKit) {
  const state = generationState(job, kit, ['job-fails'])
  return state === 'queued' || state === 'processing' ? 'pending' : state
}

/** How long links live. */
export const linkLifeMs = (fault: Fault | undefined, kit: EmulatorKit): number =>
  linkLife(fault, LINK_MS, kit)

/** All generations of this emulator, oldest first; those too old to matter are forgotten. */
export const jobsOf = (kit: EmulatorKit) => generationsOf<EmulatedJob>(kit)

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
export function printJob(stored: EmulatedJob, kit: EmulatorKit, baseUrl: string): object {
  const job = asPolled(kit, stored, (failing) => stateOf(failing, kit) === 'failed')
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
