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
  readonly type: string
}

/** Links are good for an hour (docs.agents.lumalabs.ai, read 2026-11-25). */
const LINK_MS = 60 * 60_000

/** Where a generation stands. */
export const stateOf = (job: EmulatedJob, kit: EmulatorKit) =>
  generationState(job, kit, ['job-fails', 'moderate-input', 'moderate-output'])

/** How long links live. */
export const linkLifeMs = (fault: Fault | undefined, kit: EmulatorKit): number =>
  linkLife(fault, LINK_MS, kit)

/** All generations of this emulator, oldest first; those too old to matter are forgotten. */
export const jobsOf = (kit: EmulatorKit) => generationsOf<EmulatedJob>(kit)

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
export function printJob(stored: EmulatedJob, kit: EmulatorKit, baseUrl: string): object {
  const job = asPolled(kit, stored, (failing) => stateOf(failing, kit) === 'failed')
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
