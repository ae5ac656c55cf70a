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
  /** What was asked for, which every answer repeats. */
  readonly request: Readonly<Record<string, unknown>>
  readonly fault: Fault | undefined
}

/** How long links live; the emulator's own. */
const LINK_MS = 60 * 60_000
/** Emulated time may pass a thousand times faster; clients' pauses between polls do not. */
const SHORTEST_LINK_MS = 30_000
/** A stuck generation is given up after this; the emulator's own. */
const STUCK_MS = 30 * 60_000
/** Share of the duration spent waiting. */
const QUEUED_UNTIL = 0.2

/** Where a generation stands; `gone` when nobody knows it any more. */
export type JobState = 'queued' | 'dreaming' | 'completed' | 'failed' | 'gone'

/** The state of a generation now. */
export function stateOf(job: EmulatedJob, kit: EmulatorKit): JobState {
  const elapsedMs = kit.now() - job.startedAt
  if (job.fault === 'job-stuck') return elapsedMs >= kit.scaled(STUCK_MS) ? 'gone' : 'queued'
  if (job.fault === 'job-vanishes' && elapsedMs >= job.durationMs / 3) return 'gone'
  if (elapsedMs < job.durationMs * QUEUED_UNTIL) return 'queued'
  if (elapsedMs < job.durationMs) return 'dreaming'
  const isFailed = job.fault === 'job-fails' || job.fault === 'moderate-output'
  return isFailed ? 'failed' : 'completed'
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

/** The body that tells where a generation stands. */
export function printJob(job: EmulatedJob, kit: EmulatorKit, baseUrl: string): object {
  const state = stateOf(job, kit)
  const isModerated = job.fault === 'moderate-output'
  const reason = isModerated ? 'The result did not pass moderation' : 'Generation failed'
  const origin = job.fault === 'link-private' ? 'http://10.0.0.1' : baseUrl
  const hasImage = state === 'completed' && job.fault !== 'empty'
  return {
    id: job.id,
    generation_type: 'image',
    state,
    failure_reason: state === 'failed' ? reason : null,
    created_at: new Date(job.startedAt).toISOString(),
    assets: hasImage ? { image: `${origin}/delivery/${job.id}` } : null,
    model: job.model,
    request: job.request,
  }
}
