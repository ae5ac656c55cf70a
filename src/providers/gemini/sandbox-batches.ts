import { isObject } from '../../core/json.ts'
import {
  type AnswerLine,
  beginBatch,
  type EmulatedBatch,
  type EmulatedEnd,
  endOf,
  isKept,
  printResults,
  shelfOf,
} from '../shared/emulated-batches.ts'
import type { EmulatorAnswer, EmulatorKit, EmulatorRequest } from '../shared/emulator.ts'
import { jsonAnswer, jsonBodyOf } from '../shared/emulator-wire.ts'
import { badArgument, errorBody, noSuchPath } from './sandbox-errors.ts'

const STATES: { readonly [State in EmulatedEnd['state']]: string } = {
  completed: 'BATCH_STATE_SUCCEEDED',
  failed: 'BATCH_STATE_FAILED',
  expired: 'BATCH_STATE_EXPIRED',
  cancelled: 'BATCH_STATE_CANCELLED',
}

/** Whether a path is one of files and batches. */
export const isOfBatches = (path: string): boolean =>
  /^\/(upload|download)\/|^\/v1beta\/batches\b|:batchGenerateContent$/.test(path)

/** Emulates uploads and batches of Google. @param answer what a line would get by itself. */
export async function routeBatches(
  request: EmulatorRequest,
  kit: EmulatorKit,
  answer: AnswerLine,
): Promise<EmulatorAnswer> {
  const { method, path } = request
  const { batches } = shelfOf(kit)
  if (path === '/upload/v1beta/files') return upload(request, kit)
  const [, model] = /^\/v1beta\/models\/([^/:]+):batchGenerateContent$/.exec(path) ?? []
  if (model !== undefined && method === 'POST') return create(model, request, kit)
  if (path === '/v1beta/batches') {
    const all = [...batches.values()].toReversed()
    const operations = await Promise.all(all.map((each) => printBatch(each, kit, answer)))
    return jsonAnswer(200, { operations })
  }
  const [, download] = /^\/download\/v1beta\/files\/(\w+):download$/.exec(path) ?? []
  const [, named, action] = /^\/v1beta\/batches\/(\w+)(?::(\w+))?$/.exec(path) ?? []
  const batch = batches.get(download ?? named ?? '')
  if (batch === undefined || batch.fault === 'job-vanishes') return noSuchPath()
  if (download !== undefined) {
    if (!isKept(batch, kit)) return jsonAnswer(404, errorBody(404, 'The file has expired.'))
    const body = printResults(batch, kit, answer, (key, made) =>
      made === undefined ? undefined : printLine(key, made),
    )
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body }
  }
  if (action === 'cancel' && (await endOf(batch, kit, answer)) === undefined) {
    batch.cancelledAt ??= kit.now()
  }
  return jsonAnswer(200, action === 'cancel' ? {} : await printBatch(batch, kit, answer))
}

/** A resumable upload in two requests, or the bytes in the second alone. */
function upload(request: EmulatorRequest, kit: EmulatorKit): EmulatorAnswer {
  const command = request.headers['x-goog-upload-command'] ?? ''
  if (command === 'start') {
    const url = `${request.baseUrl}/upload/v1beta/files?upload_id=${kit.hexId(16)}`
    return { status: 200, headers: { 'x-goog-upload-url': url }, body: '' }
  }
  if (command !== 'upload, finalize') return badArgument('Unknown upload command.')
  const name = `files/${kit.hexId(12)}`
  shelfOf(kit).files.set(name, request.body)
  return jsonAnswer(200, { file: { name, mimeType: 'application/jsonl', state: 'ACTIVE' } })
}

function create(model: string, request: EmulatorRequest, kit: EmulatorKit): EmulatorAnswer {
  const body = jsonBodyOf(request)
  const wanted = isObject(body) && isObject(body.batch) ? body.batch : {}
  const input = isObject(wanted.inputConfig) ? wanted.inputConfig : {}
  const file = shelfOf(kit).files.get(String(input.fileName))
  if (file === undefined) return badArgument('inputConfig.fileName names no file.')
  const lines = new TextDecoder().decode(file).trimEnd().split('\n')
  const batch = beginBatch(
    {
      id: kit.hexId(24),
      name: String(wanted.displayName ?? ''),
      lines: lines.map((text) => {
        const line = JSON.parse(text) as { key: string; request: object }
        const bytes = new TextEncoder().encode(JSON.stringify(line.request))
        const path = `/v1beta/models/${model}:generateContent`
        return { key: line.key, request: { ...request, path, body: bytes } }
      }),
    },
    request,
    kit,
  )
  shelfOf(kit).batches.set(batch.id, batch)
  return jsonAnswer(200, printBegun(batch))
}

const printBegun = ({ id, name, lines }: EmulatedBatch) => ({
  name: `batches/${id}`,
  metadata: {
    displayName: name,
    state: 'BATCH_STATE_RUNNING',
    batchStats: { requestCount: String(lines.length) },
  },
})

async function printBatch(
  batch: EmulatedBatch,
  kit: EmulatorKit,
  answer: AnswerLine,
): Promise<object> {
  const end = await endOf(batch, kit, answer)
  const begun = printBegun(batch)
  if (end === undefined) return begun
  const response = end.made.size > 0 ? { response: { responsesFile: `files/${batch.id}` } } : {}
  return {
    ...begun,
    metadata: { ...begun.metadata, state: STATES[end.state] },
    done: true,
    ...response,
  }
}

function printLine(key: string, { status, body }: EmulatorAnswer): string {
  const value = JSON.parse(String(body)) as Record<string, unknown>
  return JSON.stringify(
    status < 400 ? { key, response: value } : { key, error: value.error ?? { code: status } },
  )
}
