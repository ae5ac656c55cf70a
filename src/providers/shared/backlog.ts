import type { BacklogRule } from './definition.ts'
import { exchange, type Line, toHttp, transportLimits } from './transport.ts'

/** Bytes of an answer that is a number and what stands around it. */
const MAX_BYTES = 1024 * 1024

/** Asks a server how many jobs run and wait there; undefined when it does not tell. */
export async function askBacklog(line: Line, rule: BacklogRule): Promise<number | undefined> {
  const request = toHttp(line, rule.toLook, {
    timeouts: { headersMs: transportLimits.backlogMs, totalMs: transportLimits.backlogMs },
    maxBytes: MAX_BYTES,
  })
  const result = await exchange(line, request)
  if ('failure' in result) return undefined
  const { status } = result.answer
  const jobs = status >= 200 && status <= 299 ? rule.fromLook(result.answer) : undefined
  return jobs !== undefined && Number.isFinite(jobs) && jobs >= 0 ? jobs : undefined
}
