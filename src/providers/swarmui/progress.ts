import { isObject } from '../../core/json.ts'
import type { JobNews, SocketCallRule } from '../shared/job-news.ts'
import { toParameters } from './wire.ts'

// Messages of SwarmUI, docs/APIRoutes/T2IAPI.md (GenerateText2ImageWS), read 2026-11-26.

/**
 * The same call by its socket. There is no other place that tells how far it is: the status of the
 * server counts the calls of one session.
 */
export const socket: SocketCallRule = {
  toSocket: (call, [session]) => ({
    url: '/API/GenerateText2ImageWS',
    greeting: JSON.stringify(toParameters(call, session)),
  }),
  newsOf: (message, { n }) => newsOf(isObject(message) ? message.gen_progress : undefined, n),
  toJson,
}

/** `{batch_index, overall_percent, preview}`; in spite of its name the second is a share. */
function newsOf(progress: unknown, n: number): readonly JobNews[] {
  if (!isObject(progress)) return []
  const { batch_index: index, overall_percent: done, preview } = progress
  const share = (Number(index ?? 0) + Number(done)) / n
  const news: JobNews[] = Number.isFinite(share) ? [{ kind: 'progress', progress: { share } }] : []
  const [, base64] = /^data:image\/\w+;base64,(.+)$/.exec(String(preview)) ?? []
  if (base64 === undefined) return news
  return [...news, { kind: 'preview', bytes: Buffer.from(base64, 'base64') }]
}

/** An error is said as over HTTP; pictures come one by one, and may be taken back at the end. */
function toJson(messages: readonly unknown[]): unknown {
  const told = messages.filter(isObject)
  const error = told.find((each) => each.error !== undefined || each.error_id !== undefined)
  if (error !== undefined) return error
  const discarded = told.flatMap(({ discard_indices: indices }) =>
    Array.isArray(indices) ? indices.map(String) : [],
  )
  const made = told.map(({ image }) => image).filter(isObject)
  const kept = made.filter(({ batch_index: index }) => !discarded.includes(String(index)))
  return { images: kept.map(({ image }) => image) }
}
