import { z } from 'zod'
import { invalid } from '../errors/gateway-error.ts'
import { flawOfInput } from '../errors/input-flaw.ts'
import type { JsonObject } from '../json.ts'
import { checkRequest } from '../request/check-request.ts'
import type { ImageRequest } from '../request/image-request.ts'
import { ok, type Result, refused } from '../result.ts'
import { BATCH_TAG, type BatchEndpoint, type BatchFault } from './batch.ts'

/** Longest name of a line, in characters. */
const MAX_CUSTOM_ID = 512

const schema = z.strictObject({
  custom_id: z.string().min(1).max(MAX_CUSTOM_ID),
  method: z.literal('POST'),
  url: z.string(),
  body: z.record(z.string(), z.unknown()),
})

/** One line of a batch's input file; its body is checked when it is queued. */
export interface BatchLine {
  readonly customId: string
  readonly body: JsonObject
}

/** Reads a line. @param line its number, from 1. */
export function readBatchLine(
  text: string,
  line: number,
  endpoint: BatchEndpoint,
): Result<BatchLine, BatchFault> {
  const parsed = parse(text)
  if (parsed === undefined) {
    return refused({ code: 'invalid_json_line', line, message: 'This line is no JSON object.' })
  }
  const read = schema.safeParse(parsed)
  if (!read.success) {
    const { param, message: flaw } = flawOfInput(read.error, parsed)
    const message = `${flaw}.`
    return refused({ code: 'invalid_request', line, message, ...(param === '' ? {} : { param }) })
  }
  const { custom_id: customId, url, body } = read.data
  if (url !== endpoint) {
    const message = `url must be ${endpoint}, the endpoint of the batch.`
    return refused({ code: 'invalid_url', line, message, param: 'url' })
  }
  return ok({ customId, body: body as JsonObject })
}

/**
 * A request that says which batch it is a line of, so that a budget can count the batch alone.
 * @throws GatewayError when it has such a tag of its own, which another budget may count.
 */
export function tagLine(request: ImageRequest, batchId: string): ImageRequest {
  if (Object.hasOwn(request.tags, BATCH_TAG)) {
    throw invalid('tags', `The tag ${BATCH_TAG} is the batch of a line; call yours something else.`)
  }
  const tagged = { ...request, tags: { ...request.tags, [BATCH_TAG]: batchId } }
  checkRequest(tagged, false)
  return tagged
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
