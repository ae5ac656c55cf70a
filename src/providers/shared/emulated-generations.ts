import type { EmulatorKit, Fault } from './emulator.ts'
import { kept } from './emulator-state.ts'

/** An accepted generation. Its state is a function of the time that has passed, nothing more. */
export interface EmulatedGeneration {
  readonly id: string
  readonly key: string
  readonly startedAt: number
  readonly durationMs: number
  /** How long its pictures can be fetched after the end. */
  readonly linkLifeMs: number
  readonly fault: Fault | undefined
}

/** Emulated time may pass a thousand times faster; clients' pauses between polls do not. */
const SHORTEST_LINK_MS = 30_000
/** A stuck generation is given up after this; the emulator's own. */
const STUCK_MS = 30 * 60_000
/** Share of the duration spent waiting. */
const QUEUED_UNTIL = 0.2

/** Where a generation stands; `gone` when nobody knows it any more. */
export type GenerationState = 'queued' | 'processing' | 'completed' | 'failed' | 'gone'

/**
 * The state of a generation now.
 * @param failing the faults that end one without a picture
 */
export function generationState(
  job: EmulatedGeneration,
  kit: EmulatorKit,
  failing: readonly Fault[],
): GenerationState {
  const elapsedMs = kit.now() - job.startedAt
  if (job.fault === 'job-stuck') return elapsedMs >= kit.scaled(STUCK_MS) ? 'gone' : 'queued'
  if (job.fault === 'job-vanishes' && elapsedMs >= job.durationMs / 3) return 'gone'
  if (elapsedMs < job.durationMs * QUEUED_UNTIL) return 'queued'
  if (elapsedMs < job.durationMs) return 'processing'
  return job.fault !== undefined && failing.includes(job.fault) ? 'failed' : 'completed'
}

/** How long links live that are good for `lifeMs` of emulated time. */
export const linkLife = (fault: Fault | undefined, lifeMs: number, kit: EmulatorKit): number =>
  fault === 'link-expired' ? 0 : Math.max(SHORTEST_LINK_MS, kit.scaled(lifeMs))

/** Whether the pictures of a generation can still be fetched. */
export const isFetchable = (job: EmulatedGeneration, kit: EmulatorKit): boolean =>
  kit.now() - job.startedAt - job.durationMs <= job.linkLifeMs

/** All generations of this emulator, oldest first; those too old to matter are forgotten. */
export function generationsOf<Job extends EmulatedGeneration>(kit: EmulatorKit): Map<string, Job> {
  const jobs = kept(kit, 'jobs', () => new Map<string, Job>())
  const keptMs = kit.scaled(STUCK_MS)
  for (const [id, job] of jobs) {
    const lifeMs = job.durationMs + Math.max(job.linkLifeMs, SHORTEST_LINK_MS) + keptMs
    if (kit.now() - job.startedAt > lifeMs) jobs.delete(id)
  }
  return jobs
}
