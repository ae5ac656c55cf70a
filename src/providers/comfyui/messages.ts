import { isObject } from '../../core/json.ts'
import type { SocketMessage } from '../../ports/http-client.ts'
import type { ProviderJob } from '../../ports/provider.ts'
import type { JobNews, ListenRule } from '../shared/job-news.ts'

/** Pause between polls of the history while the socket tells of the job. */
const POLL_EVERY_MS = 2_000

/**
 * Kinds of binary messages (protocol.py, read 2026-11-20), told by their first four bytes: a
 * picture behind four bytes for its format, or behind a JSON text that names its job.
 */
const PREVIEW = 1
const PREVIEW_WITH_METADATA = 4
/** Kind, and format of the picture or length of the JSON text; both big-endian. */
const HEAD_BYTES = 8

/** Messages after which a job's entry is in the history, or will be in a moment. */
const ENDS: readonly string[] = ['execution_success', 'execution_error', 'execution_interrupted']

/**
 * ComfyUI's socket. A job is polled for all the same: the socket says nothing of jobs that ended
 * before it was open, and a server that is started anew forgets who listened.
 */
export const listen: ListenRule = {
  everyMs: POLL_EVERY_MS,
  toSocket: ({ id, facts }) => {
    const client = typeof facts.client_id === 'string' ? facts.client_id : id
    return { url: `/ws?clientId=${encodeURIComponent(client)}`, greeting: GREETING }
  },
  readerOf,
}

/** Asks for previews that name their job; servers before 2025 do not read it. */
const GREETING = JSON.stringify({
  type: 'feature_flags',
  data: { supports_preview_metadata: true },
})

/** Reads the messages of one job, and passes over those of others. */
function readerOf({ id }: ProviderJob): (message: SocketMessage) => readonly JobNews[] {
  // A preview of the old kind is one of the job that was spoken of last.
  let isOurs = false
  let last = { node: '', value: 0 }
  return (message) => {
    if (typeof message !== 'string') {
      const bytes = previewOf(message, id, isOurs)
      return bytes === undefined ? [] : [{ kind: 'preview', bytes }]
    }
    const { type, data } = readText(message)
    if (typeof data.prompt_id !== 'string') return []
    isOurs = data.prompt_id === id
    if (!isOurs) return []
    const isIdle = type === 'executing' && data.node === null
    if (isIdle || ENDS.includes(type)) {
      isOurs = false
      return [{ kind: 'ended' }]
    }
    const { value, max } = data
    if (type !== 'progress' || typeof value !== 'number' || !(typeof max === 'number' && max > 0)) {
      return []
    }
    const node = String(data.node ?? '')
    // One that came late would set the bar back.
    if (node === last.node && value < last.value) return []
    last = { node, value }
    return [{ kind: 'progress', progress: { share: value / max, step: value, steps: max } }]
  }
}

/** `{"type": "progress", "data": {…, "prompt_id": "…"}}`; anything else says nothing. */
function readText(text: string): {
  readonly type: string
  readonly data: Readonly<Record<string, unknown>>
} {
  const read = readJson(text)
  const { type, data } = isObject(read) ? read : {}
  return { type: typeof type === 'string' ? type : '', data: isObject(data) ? data : {} }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The picture of a binary message, if it is one of this job. */
function previewOf(message: Uint8Array, id: string, isOurs: boolean): Uint8Array | undefined {
  if (message.length <= HEAD_BYTES) return undefined
  const head = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const kind = head.getUint32(0)
  if (kind === PREVIEW) return isOurs ? message.subarray(HEAD_BYTES) : undefined
  if (kind !== PREVIEW_WITH_METADATA) return undefined
  const start = HEAD_BYTES + head.getUint32(4)
  if (start >= message.length) return undefined
  const metadata = readJson(new TextDecoder().decode(message.subarray(HEAD_BYTES, start)))
  return isObject(metadata) && metadata.prompt_id === id ? message.subarray(start) : undefined
}
