import type { ImageFormat, Size } from '../../core/request/image-request.ts'
import type { EmulatorKit, Fault } from '../shared/emulator.ts'

/** An accepted generation. Its state is a function of the time that has passed, nothing more. */
export interface EmulatedJob {
  readonly id: string
  readonly key: string
  readonly model: string
  readonly prompt: string
  readonly size: Size
  readonly format: ImageFormat
  readonly startedAt: number
  readonly durationMs: number
  /** How long its picture can be fetched after the end. */
  readonly linkLifeMs: number
  readonly type: string
  readonly fault: Fault | undefined
}

/** Links are good for an hour (docs.agents.lumalabs.ai, read 2026-11-25). */
const LINK_MS = 60 * 60_000
/** Emulated time may pass a thousand times faster; clients' pauses between polls do not. */
const SHORTEST_LINK_MS = 30_000
/** A stuck generation is given up after this; the emulator's own. */
const STUCK_MS = 30 * 60_000
/** Share of the duration spent waiting. */
const QUEUED_UNTIL = 0.2

/** Where a generation stands; `gone` when nobody knows it any more. */
export type JobState = 'queued' | 'processing' | 'completed' | 'failed' | 'gone'

/** The state of a generation now. */
export function stateOf(job: EmulatedJob, kit: EmulatorKit): JobState {
  const elapsedMs = kit.now() - job.startedAt
  if (job.fault === 'job-stuck') return elapsedMs >= kit.scaled(STUCK_MS) ? 'gone' : 'queued'
  if (job.fault === 'job-vanishes' && elapsedMs >= job.durationMs / 3) return 'gone'
  if (elapsedMs < job.durationMs * QUEUED_UNTIL) return 'queued'
  if (elapsedMs < job.durationMs) return 'processing'
  return failureOf(job.fault) === undefined ? 'completed' : 'failed'
}

/** How long links live. */
export const linkLifeMs = (fault: Fault | undefined, kit: EmulatorKit): number =>
  fault === 'link-expired' ? 0 : Math.max(SHORTEST_LINK_MS, kit.scaled(LINK_MS))

/** Whether the picture of a generation can still be fetched. */
export const isFetchable = (job: EmulatedJob, kit: EmulatorKit): boolean =>
  kit.now() - job.startedAt - job.durationMs <= job.linkLifeMs

/** All generations of this emulator, oldest first; those too old to matter are forgotten. */
export function jobsOf(kit: EmulatorKit): Map<string, EmulatedJob> {
  const known = kit.state.get('jobs')
  const jobs = known instanceof Map ? (known as Map<string, EmulatedJob>) : new Map()
  if (known === undefined) kit.state.set('jobs', jobs)
  for (const [id, job] of jobs) {
    const lifeMs =
      job.durationMs + Math.max(job.linkLifeMs, SHORTEST_LINK_MS) + kit.scaled(STUCK_MS)
    if (kit.now() - job.startedAt > lifeMs) jobs.delete(id)
  }
  return jobs
}

/** Generations of one key that have not ended. */
export const unfinishedOf = (kit: EmulatorKit, key: string): number =>
  jobsOf(kit)
    .values()
    .filter((job) => job.key === key && ['queued', 'processing'].includes(stateOf(job, kit)))
    .reduce((count) => count + 1, 0)

/** Why a generation ends without a picture, in Luma's words: code and reason. */
function failureOf(fault: Fault | undefined): readonly [string, string] | undefined {
  switch (fault) {
    case 'moderate-input':
      return ['content_moderated', 'The prompt violated content guidelines']
    case 'moderate-output':
      return [
        'content_moderated',
        'Generation output was flagged by our content moderation system.',
      ]
    case 'job-fails':
      return ['generation_failed', 'Generation failed']
    default:
      return undefined
  }
}

/** The body that tells where a generation stands. */
export function printJob(job: EmulatedJob, kit: EmulatorKit, baseUrl: string): object {
  const state = stateOf(job, kit)
  const [code, reason] = (state === 'failed' ? failureOf(job.fault) : undefined) ?? [null, null]
  const origin = job.fault === 'link-private' ? 'http://10.0.0.1' : baseUrl
  const hasImage = state === 'completed' && job.fault !== 'empty'
  return {
    id: job.id,
    type: job.type,
    state,
    model: job.model,
    created_at: new Date(job.startedAt).toISOString(),
    output: hasImage ? [{ type: 'image', url: `${origin}/delivery/${job.id}` }] : [],
    failure_reason: reason,
    failure_code: code,
  }
}
