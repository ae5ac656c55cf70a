import { failure } from '../../core/errors/provider-failure.ts'
import { isObject } from '../../core/json.ts'
import type { HttpAnswer, HttpEvent } from '../../ports/http-client.ts'
import type { ProviderJob } from '../../ports/provider.ts'
import type { BatchRule, BatchWireLine, WireBatchResult } from '../shared/batch-rule.ts'
import type { WireRequest } from '../shared/definition.ts'
import { postJson } from '../shared/wire-request.ts'

/** Batches on one page of the list. */
const PAGE = 100
/** Uploads and downloads lie beside the version of the API, not below it. */
const BESIDE = '/../'
/** HTTP status of google.rpc codes, which lines name in place of it (google.rpc.Code). */
const STATUSES: { readonly [code: number]: number } = {
  ...{ 1: 499, 2: 500, 3: 400, 4: 504, 5: 404, 7: 403, 8: 429, 9: 400, 10: 409 },
  ...{ 11: 400, 12: 501, 13: 500, 14: 503, 16: 401 },
}
/** States after which nothing more is made; older answers begin with `JOB_STATE_`. */
const ENDED = /^(BATCH|JOB)_STATE_(SUCCEEDED|FAILED|CANCELLED|EXPIRED)$/

/**
 * Google's batch mode: a file of lines is uploaded, then a batch made of it at half price, to end
 * within a day and given up after two (ai.google.dev, "Batch API", read 2026-11-20). A file
 * may have 2 GB; ours are smaller, because a file of results holds the pictures of all.
 */
export const batch: BatchRule = {
  limits: { lines: 200, bytes: 100 * 1024 * 1024, windowMs: 24 * 3_600_000 },
  toSubmit: (name, lines, calls, answers) => {
    const [begun, uploaded, made] = answers
    const bytes = printLines(lines)
    if (begun === undefined) return toUpload(name, bytes.length)
    if (uploaded === undefined) return toUploadBytes(begun, bytes)
    if (made !== undefined) return undefined
    const model = calls[0]?.model
    const value = {
      batch: { displayName: name, inputConfig: { fileName: fileNameOf(uploaded.json) } },
    }
    const url = `/models/${model?.wireName ?? model?.id}:batchGenerateContent`
    return postJson(url, value)
  },
  fromBatch: (value) => {
    const name = isObject(value) ? value.name : undefined
    return typeof name === 'string' && /^batches\/[\w-]+$/.test(name)
      ? { id: name, pollUrl: `/${name}`, facts: {} }
      : undefined
  },
  toList: (after) => {
    const from = after === undefined ? '' : `&pageToken=${encodeURIComponent(after)}`
    return { method: 'GET', url: `/batches?pageSize=${PAGE}${from}` }
  },
  fromList: ({ json }) => {
    const body = isObject(json) ? json : {}
    const data = Array.isArray(body.operations) ? body.operations.filter(isObject) : []
    const { nextPageToken: after } = body
    return {
      batches: data.map((value) => ({ name: textIn(value.metadata, 'displayName'), value })),
      after: typeof after === 'string' && after !== '' ? after : undefined,
    }
  },
  toLook: ({ pollUrl }) => ({ method: 'GET', url: pollUrl }),
  fromLook: ({ json }, job) => {
    const state = isObject(json) ? textIn(json.metadata, 'state') : undefined
    if (!isObject(json) || state === undefined) return undefined
    if (!ENDED.test(state)) return { kind: 'working' }
    const file = textIn(json.response, 'responsesFile')
    return { kind: 'ended', job: { ...job, facts: file === undefined ? {} : { file } } }
  },
  toResults: ({ facts: { file } }: ProviderJob) =>
    typeof file === 'string'
      ? [{ method: 'GET', url: `${BESIDE}download/v1beta/${file}:download?alt=media` }]
      : [],
  fromResult,
  toCancel: ({ pollUrl }) => postJson(`${pollUrl}:cancel`, {}),
}

const textIn = (value: unknown, name: string): string | undefined => {
  const text = isObject(value) ? value[name] : undefined
  return typeof text === 'string' ? text : undefined
}

const fileNameOf = (json: unknown): string | undefined =>
  isObject(json) ? textIn(json.file, 'name') : undefined

function printLines(lines: readonly BatchWireLine[]): Uint8Array {
  const text = lines.map(({ key, wire: { body } }) => {
    const request = body?.kind === 'json' ? body.value : {}
    return `${JSON.stringify({ key, request })}\n`
  })
  return new TextEncoder().encode(text.join(''))
}

/** A resumable upload: first its size, then the bytes to the address that was answered. */
const toUpload = (name: string, length: number): WireRequest => ({
  method: 'POST',
  url: `${BESIDE}upload/v1beta/files`,
  headers: {
    'x-goog-upload-protocol': 'resumable',
    'x-goog-upload-command': 'start',
    'x-goog-upload-header-content-length': String(length),
    'x-goog-upload-header-content-type': 'application/jsonl',
  },
  body: { kind: 'json', value: { file: { displayName: name } } },
})

const toUploadBytes = ({ headers }: HttpAnswer, bytes: Uint8Array): WireRequest => ({
  method: 'POST',
  url: headers['x-goog-upload-url'] ?? `${BESIDE}upload/v1beta/files`,
  headers: {
    'x-goog-upload-offset': '0',
    'x-goog-upload-command': 'upload, finalize',
    'content-type': 'application/jsonl',
  },
  body: { kind: 'bytes', bytes },
})

function fromResult({ json, images }: HttpEvent): WireBatchResult | undefined {
  const key = textIn(json, 'key')
  if (key === undefined || !isObject(json)) return undefined
  if (isObject(json.response)) {
    return { key, answer: { status: 200, headers: {}, json: json.response, images } }
  }
  const { error } = json
  if (!isObject(error)) {
    return { key, failure: failure('overloaded', 'the line was not made', { billed: false }) }
  }
  const code = Number(error.code)
  return {
    key,
    answer: { status: STATUSES[code] ?? code, headers: {}, json: { error }, images: [] },
  }
}
