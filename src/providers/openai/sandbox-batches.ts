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
import { badParameter, noSuchPath } from '../shared/openai-images/emulated-errors.ts'

const ENDPOINTS = ['/v1/images/generations', '/v1/images/edits']
const PAGE = 20
const PATH = /^\/v1\/(files|batches)(?:\/([\w.-]+))?(?:\/(\w+))?$/

/** Emulates files and batches of OpenAI. @param answer what a line would get by itself. */
export async function routeBatches(
  request: EmulatorRequest,
  kit: EmulatorKit,
  answer: AnswerLine,
): Promise<EmulatorAnswer> {
  const { method, path } = request
  const [, kind, id = '', action] = PATH.exec(path) ?? []
  const below = [kind, ...(id === '' ? [] : ['id']), ...(action === undefined ? [] : [action])]
  const route = `${method} ${below.join('/')}`
  switch (route) {
    case 'POST files':
      return upload(request, kit)
    case 'GET files/id/content':
      return content(id, kit, answer)
    case 'POST batches':
      return create(request, kit)
    case 'GET batches':
      return list(request, kit, answer)
    case 'GET batches/id':
    case 'POST batches/id/cancel': {
      const batch = shelfOf(kit).batches.get(id)
      if (batch === undefined || batch.fault === 'job-vanishes') return missing(`batch ${id}`)
      if (action === 'cancel' && (await endOf(batch, kit, answer)) === undefined) {
        batch.cancelledAt ??= kit.now()
      }
      return jsonAnswer(200, await printBatch(batch, kit, answer))
    }
    default:
      return noSuchPath(method, path)
  }
}

const missing = (what: string): EmulatorAnswer =>
  jsonAnswer(404, {
    error: { message: `No such ${what}`, type: 'invalid_request_error', param: 'id', code: null },
  })

async function upload(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const { fields, files } = await kit.multipart(request)
  const bytes = files.find(({ name }) => name === 'file')?.bytes
  if (fields.get('purpose')?.[0] !== 'batch') return badParameter('purpose', 'Invalid purpose.')
  if (bytes === undefined) return badParameter('file', 'A file is required.')
  const id = `file-${kit.hexId(24)}`
  shelfOf(kit).files.set(id, bytes)
  const created = Math.floor(kit.now() / 1_000)
  const facts = { id, object: 'file', bytes: bytes.length, created_at: created, purpose: 'batch' }
  return jsonAnswer(200, { ...facts, filename: 'lines.jsonl', status: 'processed' })
}

function create(request: EmulatorRequest, kit: EmulatorKit): EmulatorAnswer {
  const body = jsonBodyOf(request)
  if (!isObject(body)) return badParameter('body', 'The body is no JSON.', 'invalid_json')
  const { files, batches, asked } = shelfOf(kit)
  const file = files.get(String(body.input_file_id))
  if (file === undefined) return missing(`File object: ${String(body.input_file_id)}`)
  if (!ENDPOINTS.includes(String(body.endpoint))) {
    return badParameter('endpoint', `Invalid endpoint: ${String(body.endpoint)}.`)
  }
  if (body.completion_window !== '24h') {
    return badParameter('completion_window', "Invalid value: must be '24h'.")
  }
  const askedAs = request.headers['idempotency-key'] ?? ''
  const again = asked.get(askedAs)
  if (again !== undefined) return jsonAnswer(200, printBegun(again))
  const lines = new TextDecoder().decode(file).trimEnd().split('\n')
  const batch = beginBatch(
    {
      id: `batch_${kit.hexId(24)}`,
      name: isObject(body.metadata) ? String(body.metadata.keeprate) : undefined,
      lines: lines.map((line) => readLine(line, request)),
    },
    request,
    kit,
  )
  batches.set(batch.id, batch)
  if (askedAs !== '') asked.set(askedAs, batch)
  return jsonAnswer(200, printBegun(batch))
}

function readLine(text: string, request: EmulatorRequest): EmulatedBatch['lines'][number] {
  const line = JSON.parse(text) as { custom_id: string; url: string; body: object }
  const { authorization } = request.headers
  const body = new TextEncoder().encode(JSON.stringify(line.body))
  const headers = { authorization, 'content-type': 'application/json' }
  return { key: line.custom_id, request: { ...request, path: line.url, headers, body } }
}

async function list(
  { query }: EmulatorRequest,
  kit: EmulatorKit,
  answer: AnswerLine,
): Promise<EmulatorAnswer> {
  const limit = Number(query.get('limit') ?? PAGE)
  const all = [...shelfOf(kit).batches.values()].toReversed()
  const after = query.get('after')
  const first = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
  const page = all.slice(first, first + limit)
  const data = await Promise.all(page.map((batch) => printBatch(batch, kit, answer)))
  return jsonAnswer(200, { object: 'list', data, has_more: first + limit < all.length })
}

const printBegun = (batch: EmulatedBatch) => ({
  id: batch.id,
  object: 'batch',
  status: 'in_progress',
  created_at: Math.floor(batch.createdAt / 1_000),
  metadata: batch.name === undefined ? null : { keeprate: batch.name },
  request_counts: { total: batch.lines.length, completed: 0, failed: 0 },
})

async function printBatch(
  batch: EmulatedBatch,
  kit: EmulatorKit,
  answer: AnswerLine,
): Promise<object> {
  const end = await endOf(batch, kit, answer)
  if (end === undefined) return printBegun(batch)
  const { total, completed, failed } = countsOf(batch, end)
  const hasErrors = completed < total && end.state !== 'failed'
  return {
    ...printBegun(batch),
    status: end.state,
    output_file_id: completed > 0 ? `file-out-${batch.id}` : null,
    error_file_id: hasErrors ? `file-err-${batch.id}` : null,
    request_counts: { total, completed, failed },
  }
}

function countsOf({ lines }: EmulatedBatch, { made }: EmulatedEnd) {
  const completed = [...made.values()].filter(({ isGood }) => isGood).length
  return { total: lines.length, completed, failed: made.size - completed }
}

async function content(id: string, kit: EmulatorKit, answer: AnswerLine): Promise<EmulatorAnswer> {
  const [, kind, batchId = ''] = /^file-(out|err)-(batch_\w+)$/.exec(id) ?? []
  const batch = shelfOf(kit).batches.get(batchId)
  if (batch === undefined || !isKept(batch, kit)) return missing(`File object: ${id}`)
  const end = await endOf(batch, kit, answer)
  const reason =
    end?.state === 'cancelled'
      ? { code: 'batch_cancelled', message: 'This request was not executed.' }
      : { code: 'batch_expired', message: 'This request could not be executed in time.' }
  const body = printResults(batch, kit, answer, (key, made) => {
    if ((made !== undefined && made.status < 400) !== (kind === 'out')) return undefined
    const response = made && {
      status_code: made.status,
      request_id: made.headers?.['x-request-id'] ?? `req_${key}`,
      body: JSON.parse(String(made.body)) as unknown,
    }
    const error = made === undefined ? reason : null
    return JSON.stringify({
      id: `batch_req_${key}`,
      custom_id: key,
      response: response ?? null,
      error,
    })
  })
  return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body }
}
