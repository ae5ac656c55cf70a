import type { ImageFormat, Size } from '../../core/request/image-request.ts'
import {
  type EmulatedGeneration,
  generationState,
  generationsOf,
  linkLife,
} from '../shared/emulated-generations.ts'
import type { EmulatorKit, Fault } from '../shared/emulator.ts'
import { asPolled } from '../shared/flipping-job.ts'

/** An accepted generation. */
export interface EmulatedJob extends EmulatedGeneration {
  readonly model: string
  readonly prompt: string
  readonly size: Size
  readonly format: ImageFormat
  /** What was asked for, which every answer repeats. */
  readonly request: Readonly<Record<string, unknown>>
}

/** How long links live; the emulator's own. */
const LINK_MS = 60 * 60_000

/** Where a generation stands, in Luma's words. */
export function stateOf(job: EmulatedJob, kit: EmulatorKit) {
  const state = generationState(job, kit, ['job-fails', 'moderate-output'])
  return state === 'processing' ? 'dreaming' : state
}

/** How long links live. */
export const linkLifeMs = (fault: Fault | undefined, kit: EmulatorKit): number =>
  linkLife(fault, LINK_MS, kit)

/** All generations of this emulator, oldest first; those too old to matter are forgotten. */
export const jobsOf = (kit: EmulatorKit) => generationsOf<EmulatedJob>(kit)

/** The body that tells where a generation stands. */
export function printJob(stored: EmulatedJob, kit: EmulatorKit, baseUrl: string): object {
  const job = asPolled(kit, stored, (failing) => stateOf(failing, kit) === 'failed')
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
