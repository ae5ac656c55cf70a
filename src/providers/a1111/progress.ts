import { isObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { JobNews, WatchRule } from '../shared/job-news.ts'
import type { WireRequest } from '../shared/wire-request.ts'
import { postJson } from '../shared/wire-request.ts'

/** Pause between looks: the web UI itself looks twice a second. */
const LOOK_EVERY_MS = 500

/** What the server does now, without the picture. */
export const look: WireRequest = {
  method: 'GET',
  url: '/sdapi/v1/progress?skip_current_image=true',
}

/**
 * Asks first where tasks have names: the server may paint for somebody else while this call waits,
 * and that picture is not ours to show. `/sdapi/v1/progress` names no task, so only its number is
 * taken, and only where the other route does not exist or does not know the task (`--nowebui`,
 * SD.Next). Routes of modules/progress.py and modules/api/api.py, read 2026-11-26.
 */
export const watch: WatchRule = {
  everyMs: LOOK_EVERY_MS,
  looks: [
    {
      toLook: ({ attemptId, partialImages = 0 }) => {
        const value = { id_task: attemptId, id_live_preview: -1, live_preview: partialImages > 0 }
        return postJson('/internal/progress', value)
      },
      fromLook: fromTask,
    },
    {
      toLook: () => look,
      fromLook: fromServer,
    },
  ],
}

/** Whether it paints: `{progress, state: {job_count}}`. How many wait behind it is not told. */
export function fromBusy({ json }: HttpAnswer): number | undefined {
  if (!isObject(json) || !isObject(json.state)) return undefined
  const { job_count: count } = json.state
  return typeof count === 'number' ? Math.min(1, Math.max(0, count)) : undefined
}

/** `{active, queued, completed, progress, live_preview}`, of one task. */
function fromTask({ json, images }: HttpAnswer): readonly JobNews[] | undefined {
  if (!isObject(json)) return undefined
  const { active, queued, completed } = json
  if (active !== true) return queued === true || completed === true ? [] : undefined
  return [...progressNews(json.progress), ...images.map(({ bytes }) => toPreview(bytes))]
}

const toPreview = (bytes: Uint8Array): JobNews => ({ kind: 'preview', bytes })

/** `{progress, state: {sampling_step, sampling_steps}}`, of whatever is painted. */
function fromServer({ json }: HttpAnswer): readonly JobNews[] | undefined {
  if (!isObject(json)) return undefined
  return progressNews(json.progress, isObject(json.state) ? json.state : {})
}

/** An idle server, and one that loads a checkpoint, say 0. */
function progressNews(
  share: unknown,
  state: Readonly<Record<string, unknown>> = {},
): readonly JobNews[] {
  if (typeof share !== 'number' || share <= 0) return []
  const { sampling_step: step, sampling_steps: steps } = state
  const counted = typeof step === 'number' && typeof steps === 'number' ? { step, steps } : {}
  return [{ kind: 'progress', progress: { share, ...counted } }]
}
