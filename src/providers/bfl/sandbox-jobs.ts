import type { EmulatorKit, Fault } from '../shared/emulator.ts'
import { kept } from '../shared/emulator-state.ts'
import type { EmulatedModel } from './sandbox-models.ts'
import type { EmulatedTask } from './sandbox-request.ts'

/** An accepted task. Its state is a function of the time that has passed, nothing more. */
export interface EmulatedJob {
  readonly id: string
  readonly key: string
  readonly modelName: string
  readonly model: EmulatedModel
  readonly task: EmulatedTask
  readonly seed: number
  readonly startedAt: number
  readonly durationMs: number
  /** How long its picture can be fetched after the end. */
  readonly linkLifeMs: number
  readonly fault: Fault | undefined
}

/** What a poll sees. */
export interface JobView {
  readonly status: string
  readonly progress: number | null
  readonly isRunning: boolean
}

/** When each emulated end shows, as a share of the job's duration. */
const ENDS: Readonly<Partial<Record<Fault, { readonly at: number; readonly status: string }>>> = {
  'moderate-input': { at: 0.1, status: 'Request Moderated' },
  'job-vanishes': { at: 0.3, status: 'Task not found' },
  'job-fails': { at: 0.6, status: 'Error' },
  'server-error': { at: 0.6, status: 'Error' },
  'moderate-output': { at: 1, status: 'Content Moderated' },
}

/** Share of the duration spent waiting, and (FLUX 3) reasoning. The emulator's own. */
const PENDING_UNTIL = 0.2
const REASONING_UNTIL = 0.4

/** A stuck job takes a place among the active tasks no longer than this; the emulator's own. */
const STUCK_MS = 30 * 60_000

/** The state of a job at an instant. */
export function viewJob(job: EmulatedJob, now: number, kit: EmulatorKit): JobView {
  const elapsedMs = now - job.startedAt
  const running = (status: string, progress: number | null = null): JobView => ({
    status,
    progress,
    isRunning: true,
  })
  if (job.fault === 'job-stuck') {
    const isGivenUp = elapsedMs >= kit.scaled(STUCK_MS)
    return isGivenUp
      ? { status: 'Task not found', progress: null, isRunning: false }
      : running('Pending')
  }
  const share = job.durationMs > 0 ? elapsedMs / job.durationMs : 1
  const end = (job.fault && ENDS[job.fault]) ?? { at: 1, status: 'Ready' }
  if (share >= end.at) return { status: end.status, progress: null, isRunning: false }
  if (share < PENDING_UNTIL) return running('Pending')
  const isFlux3 = job.model.refusesUnknown
  if (isFlux3 && share < REASONING_UNTIL) return running('Reasoning')
  return running('Generating', Math.round(share * 100) / 100)
}

/** All jobs of this emulator, oldest first. */
export const jobsOf = (kit: EmulatorKit): Map<string, EmulatedJob> =>
  kept(kit, 'jobs', () => new Map<string, EmulatedJob>())

/** Forgets the jobs whose pictures can no longer be fetched. */
export function forgetOldJobs(kit: EmulatorKit): void {
  const now = kit.now()
  const stuckMs = kit.scaled(STUCK_MS)
  for (const [id, job] of jobsOf(kit)) {
    const lifeMs = job.fault === 'job-stuck' ? stuckMs : job.durationMs + job.linkLifeMs
    if (now - job.startedAt > lifeMs + stuckMs) jobsOf(kit).delete(id)
  }
}

/** Tasks of one key and cap group that have not ended. */
export function activeTasks(kit: EmulatorKit, key: string, model: EmulatedModel): number {
  const now = kit.now()
  return jobsOf(kit)
    .values()
    .filter((job) => job.key === key && job.model.maxActiveTasks === model.maxActiveTasks)
    .filter((job) => viewJob(job, now, kit).isRunning)
    .reduce((count) => count + 1, 0)
}
