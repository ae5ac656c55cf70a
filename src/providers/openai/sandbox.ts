import { isObject } from '../../core/json.ts'
import type { Quality } from '../../core/request/image-request.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { readModelsFile } from '../shared/models-file.ts'
import modelsFile from './models.json' with { type: 'json' }
import { bill, countTokens } from './sandbox-bill.ts'
import {
  badParameter,
  moderated,
  noCredit,
  noSuchKey,
  noSuchModel,
  noSuchPath,
  rateLimited,
  serverError,
} from './sandbox-errors.ts'
import { drawAll, printPictures, streamPictures } from './sandbox-pictures.ts'
import {
  fromForm,
  fromImageRefs,
  type PictureRequest,
  type RequestFields,
  type ResolvedRequest,
  readPictureRequest,
} from './sandbox-request.ts'

const { models } = readModelsFile('openai', modelsFile)

/** Requests a minute that the rate-limit headers count down from. */
const REQUESTS_PER_MINUTE = 500
/** What a played rate limit asks to wait. */
const RATE_LIMIT_PAUSE_SECONDS = 2
/** Share of the model's typical time that each quality takes. */
const EFFORT: { readonly [Level in Quality]: number } = {
  low: 0.4,
  medium: 1,
  high: 2,
  xhigh: 3,
  max: 4,
}
/** How much dearer than the formula a call is under the fault `cost-differs`. */
const DRIFT_FACTOR = 1.5

/** Emulates OpenAI's Images API (generations, edits, models), strict about parameters. */
export default defineEmulator({
  id: 'openai',
  basePath: '/v1',
  async handle(request, kit) {
    const requestId = `req_${kit.hexId(32)}`
    const answer = await route(request, kit, requestId)
    return { ...answer, headers: { 'x-request-id': requestId, ...limits(kit), ...answer.headers } }
  },
})

async function route(
  request: EmulatorRequest,
  kit: EmulatorKit,
  requestId: string,
): Promise<EmulatorAnswer> {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
  if (bearer === undefined || bearer.startsWith('invalid')) return noSuchKey()
  const { method, path } = request
  if (method === 'GET' && path === '/v1/models') return listModels()
  if (method === 'GET' && path.startsWith('/v1/models/')) return oneModel(path.slice(11))
  if (method === 'POST' && path === '/v1/images/generations') {
    return makePictures('generation', request, kit, requestId)
  }
  if (method === 'POST' && path === '/v1/images/edits') {
    return makePictures('edit', request, kit, requestId)
  }
  return noSuchPath(method, path)
}

const json = (value: unknown): EmulatorAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
})

const modelObjects = models.flatMap((model) =>
  [model.id, ...model.otherNames].map((id) => ({
    id,
    object: 'model',
    created: Math.floor(Date.parse(model.lifecycle.availableFrom ?? '2025-10-06') / 1_000),
    owned_by: 'system',
    shutdown_date: model.lifecycle.shutdownAt ?? null,
  })),
)

const listModels = (): EmulatorAnswer => json({ object: 'list', data: modelObjects })

function oneModel(id: string): EmulatorAnswer {
  const found = modelObjects.find((model) => model.id === id)
  return found === undefined ? noSuchModel(id) : json(found)
}

async function makePictures(
  kind: PictureRequest['kind'],
  request: EmulatorRequest,
  kit: EmulatorKit,
  requestId: string,
): Promise<EmulatorAnswer> {
  const fields = await readFields(kind, request, kit)
  if (!fields.ok) return fields.refusal
  const { prompt, model: name } = fields.value.values
  const fault = kit.fault(request, String(prompt ?? ''))
  const early = earlyFault(fault, String(name ?? 'gpt-image-2'), requestId)
  if (early !== undefined) return early
  const read = readPictureRequest(kind, fields.value, { models, now: kit.now() })
  if (!read.ok) return read.refusal
  const asked = resolve(read.value)
  const count = fault === 'wrong-count' || fault === 'empty' ? asked.n - 1 : asked.n
  const tokens = countTokens(asked, fault === 'cost-differs' ? DRIFT_FACTOR : 1)
  bill(asked, tokens, kit, requestId)
  const seconds = asked.model.typicalSeconds * EFFORT[asked.quality]
  if (asked.isStreamed) {
    const body = streamPictures(asked, { tokens, fault, kit, requestId, seconds, request })
    return { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' }, body }
  }
  await kit.latency(seconds, request.signal)
  if (fault === 'moderate-output') return moderated('output', requestId)
  if (fault === 'server-error-billed') return serverError(500, requestId)
  const pictures = fault === 'empty' ? [] : await drawAll(asked, count, fault, kit)
  return json(printPictures(asked, pictures, tokens, kit))
}

async function readFields(
  kind: PictureRequest['kind'],
  request: EmulatorRequest,
  kit: EmulatorKit,
): Promise<Result<RequestFields, EmulatorAnswer>> {
  const isForm = request.headers['content-type']?.startsWith('multipart/form-data') === true
  if (isForm && kind === 'edit') {
    try {
      const { fields, files } = await kit.multipart(request)
      const named = (name: string) => files.filter((file) => file.name === name)
      const inputs = [...named('image'), ...named('image[]')].map(({ bytes }) => bytes)
      return ok({ values: fromForm(fields), inputs, mask: named('mask')[0]?.bytes })
    } catch {
      return refused(badParameter('image', 'Could not parse multipart form.', 'invalid_body'))
    }
  }
  const body = parseJson(request.body)
  if (!isObject(body)) {
    const message = 'We could not parse the JSON body of your request.'
    return refused(badParameter('body', message, 'invalid_json'))
  }
  if (kind === 'edit') return fromImageRefs(body)
  return ok({ values: body, inputs: [], mask: undefined })
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** Faults that come before any work, so nothing is billed. */
function earlyFault(
  fault: Fault | undefined,
  model: string,
  requestId: string,
): EmulatorAnswer | undefined {
  switch (fault) {
    case 'moderate-input':
      return moderated('input', requestId)
    case 'invalid-key':
      return noSuchKey()
    case 'no-credit':
      return noCredit()
    case 'rate-limit':
      return rateLimited(model, RATE_LIMIT_PAUSE_SECONDS)
    case 'user-error':
      return badParameter('prompt', "Invalid value for 'prompt'.")
    case 'model-gone':
      return noSuchModel(model)
    case 'server-error':
      return serverError(500, requestId)
    case 'overloaded':
      return serverError(503, requestId)
    case 'error-in-200':
      return serverError(200, requestId)
    default:
      return undefined
  }
}

/** `auto` follows the words of the prompt for the shape, and is medium for the quality. */
function resolve(asked: PictureRequest): ResolvedRequest {
  const isWide = /\b(landscape|wide|panorama|banner)\b/i.test(asked.prompt)
  const isTall = /\b(portrait|tall|poster)\b/i.test(asked.prompt)
  const width = isWide ? 1536 : 1024
  const height = isTall && !isWide ? 1536 : 1024
  return { ...asked, size: asked.size ?? { width, height }, quality: asked.quality ?? 'medium' }
}

/** How many requests are left in this minute; counted, not enforced. */
function limits(kit: EmulatorKit): Record<string, string> {
  const minute = Math.floor(kit.now() / 60_000)
  const used = kit.state.get('requests') as { minute: number; count: number } | undefined
  const count = used?.minute === minute ? used.count + 1 : 1
  kit.state.set('requests', { minute, count })
  const secondsLeft = 60 - Math.floor((kit.now() % 60_000) / 1_000)
  return {
    'x-ratelimit-limit-requests': String(REQUESTS_PER_MINUTE),
    'x-ratelimit-remaining-requests': String(Math.max(0, REQUESTS_PER_MINUTE - count)),
    'x-ratelimit-reset-requests': `${secondsLeft}s`,
    'openai-version': '2020-10-01',
  }
}
