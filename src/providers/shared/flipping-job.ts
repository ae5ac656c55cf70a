import type { EmulatorKit, Fault } from './emulator.ts'
import { kept } from './emulator-state.ts'

/**
 * A job as a poll sees it. One with `job-flips` has failed when its end is told for the first time;
 * whoever asks again hears that it has succeeded after all, and it is billed.
 * @param isFailed whether a job with the fault `job-fails` is told to have failed by now
 */
export function asPolled<Job extends { readonly id: string; readonly fault: Fault | undefined }>(
  kit: EmulatorKit,
  job: Job,
  isFailed: (failing: Job) => boolean,
): Job {
  if (job.fault !== 'job-flips') return job
  const told = kept(kit, 'flipped', () => new Set<string>())
  if (told.has(job.id)) return { ...job, fault: undefined }
  const failing: Job = { ...job, fault: 'job-fails' }
  if (isFailed(failing)) told.add(job.id)
  return failing
}
