import { failure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer, HttpEvent, MultipartPart } from '../../ports/http-client.ts'
import type { ProviderJob } from '../../ports/provider.ts'
import type { BatchRule, BatchWireLine, WireBatchResult } from '../shared/batch-rule.ts'
import type { WireRequest } from '../shared/definition.ts'
import { postJson } from '../shared/wire-request.ts'

/** Where our name for a batch stands among its metadata. */
const NAME = 'keeprate'
/** Batches on one page of the list; the most that there may be. */
const PAGE = 100
/** States after which nothing more is made (platform guide "Batch API", read 2026-11-20). */
const ENDED = ['completed', 'failed', 'expired', 'cancelled']
/** A picture in a line is a data URL of at most so many characters (openapi.json of 2026-08-21). */
const MAX_DATA_URL = 20_971_520
/** `data:image/jpeg;base64,` */
const DATA_URL_HEAD = 32
/** Fields of a form that are numbers in JSON. */
const NUMBERS = ['n', 'output_compression']

/**
 * OpenAI's batches: a file of lines is uploaded, then a batch made of it, at half the price and
 * with a rate limit of its own. It may have 50,000 lines and 200 MB; ours are smaller, because a
 * file of results holds the pictures of all (platform guide "Batch API", read 2026-11-20).
 */
export const batch: BatchRule = {
  limits: {
    ...{ lines: 200, bytes: 100 * 1024 * 1024, windowMs: 24 * 3_600_000 },
    inputBytes: ((MAX_DATA_URL - DATA_URL_HEAD) / 4) * 3,
  },
  toSubmit: (name, lines, _calls, answers) => {
    const file = answers[0]
    if (file === undefined) return toUpload(name, lines)
    if (answers.length > 1) return undefined
    const value = {
      input_file_id: idOf(file.json),
      endpoint: `/v1${lines[0]?.wire.url ?? ''}`,
      completion_window: '24h',
      metadata: { [NAME]: name },
    }
    // Tells the service that a repetition of the request is the same batch.
    const headers = { 'idempotency-key': name }
    return { method: 'POST', url: '/batches', headers, body: { kind: 'json', value } }
  },
  fromBatch: (value) => {
    const id = idOf(value)
    return id === undefined ? undefined : { id, pollUrl: `/batches/${id}`, facts: {} }
  },
  toList: (after) => {
    const from = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
    return { method: 'GET', url: `/batches?limit=${PAGE}${from}` }
  },
  fromList: ({ json }) => {
    const body = isObject(json) ? json : {}
    const data = Array.isArray(body.data) ? body.data.filter(isObject) : []
    const batches = data.map((value) => {
      const name = isObject(value.metadata) ? value.metadata[NAME] : undefined
      return { name: typeof name === 'string' ? name : undefined, value }
    })
    const last = idOf(data.at(-1))
    return { batches, after: body.has_more === true ? last : undefined }
  },
  toLook: ({ pollUrl }) => ({ method: 'GET', url: pollUrl }),
  fromLook: ({ json }, job) => {
    if (!isObject(json) || typeof json.status !== 'string') return undefined
    if (!ENDED.includes(json.status)) return { kind: 'working' }
    const files = [json.output_file_id, json.error_file_id].filter(
      (id): id is string => typeof id === 'string',
    )
    return { kind: 'ended', job: { ...job, facts: { files } } }
  },
  toResults: ({ facts: { files } }) =>
    (Array.isArray(files) ? files : []).map((id) => ({
      method: 'GET',
      url: `/files/${encodeURIComponent(String(id))}/content`,
    })),
  fromResult,
  toCancel: ({ pollUrl }: ProviderJob) => postJson(`${pollUrl}/cancel`, {}),
}

const idOf = (value: unknown): string | undefined =>
  isObject(value) && typeof value.id === 'string' ? value.id : undefined

function toUpload(name: string, lines: readonly BatchWireLine[]): WireRequest {
  const text = lines.map(({ key, wire }) => {
    const line = { custom_id: key, method: 'POST', url: `/v1${wire.url}`, body: bodyOf(wire) }
    return `${JSON.stringify(line)}\n`
  })
  const file = {
    ...{ name: 'file', filename: `${name}.jsonl`, contentType: 'application/jsonl' },
    bytes: new TextEncoder().encode(text.join('')),
  }
  const parts: MultipartPart[] = [{ name: 'purpose', value: 'batch' }, file]
  return { method: 'POST', url: '/files', body: { kind: 'multipart', parts } }
}

/** An edit is a form by itself and JSON in a batch: pictures become data URLs. */
function bodyOf({ body }: WireRequest): JsonObject {
  if (body?.kind === 'json') return body.value as JsonObject
  const parts = body?.kind === 'multipart' ? body.parts : []
  const fields = parts.flatMap((part) =>
    'value' in part
      ? [[part.name, NUMBERS.includes(part.name) ? Number(part.value) : part.value] as const]
      : [],
  )
  const pictures = parts.flatMap((part) => ('bytes' in part ? [part] : []))
  const refOf = ({ contentType, bytes }: (typeof pictures)[number]) => ({
    image_url: `data:${contentType};base64,${Buffer.from(bytes).toString('base64')}`,
  })
  const mask = pictures.find(({ name }) => name === 'mask')
  return {
    ...Object.fromEntries(fields),
    images: pictures.filter((each) => each !== mask).map(refOf),
    ...(mask === undefined ? {} : { mask: refOf(mask) }),
  }
}

function fromResult({ json, images }: HttpEvent): WireBatchResult | undefined {
  if (!isObject(json) || typeof json.custom_id !== 'string') return undefined
  const { custom_id: key, response, error } = json
  if (isObject(response) && typeof response.status_code === 'number') {
    const { status_code: status, request_id: id, body } = response
    const headers: HttpAnswer['headers'] = typeof id === 'string' ? { 'x-request-id': id } : {}
    return { key, answer: { status, headers, json: body, images } }
  }
  const { code, message } = isObject(error) ? error : {}
  const text = typeof message === 'string' ? message : 'the line was not made'
  const isCancelled = code === 'batch_cancelled'
  const unmade = failure(isCancelled ? 'cancelled' : 'overloaded', text, { billed: false })
  return { key, failure: unmade }
}
