import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import {
  type Drawing,
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { DELIVERY, deliverLink, linkTo } from '../shared/emulator-links.ts'
import { countInMinute } from '../shared/emulator-state.ts'
import {
  bearerKeyOf,
  drawWithFault,
  jsonAnswer,
  jsonBodyOf,
  toBase64,
} from '../shared/emulator-wire.ts'
import { costNano, type EmulatedModel, emulatedModels } from './sandbox-models.ts'
import { type PictureRequest, readRequest } from './sandbox-request.ts'

/** Requests a minute that the rate-limit headers count down from; the emulator's own. */
const REQUESTS_PER_MINUTE = 600
/** Seconds that a played rate limit asks to wait, by its header alone. */
const RESET_SECONDS = 2

/** The emulator of Together AI's images endpoint, strict about what each model takes. */
export default defineEmulator({
  id: 'together',
  basePath: '/v1',
  async handle(request, kit) {
    const { method, path } = request
    if (method === 'GET' && path.startsWith(DELIVERY)) return deliver(request, kit)
    if (bearerKeyOf(request) === undefined) return badKey()
    if (method === 'GET' && path === '/v1/models') return listModels()
    if (method === 'POST' && path === '/v1/images/generations') {
      const answer = await makePictures(request, kit)
      return { ...answer, headers: { ...limits(kit), ...answer.headers } }
    }
    return refusal(404, `Cannot ${method} ${path}`, { code: 'not_found' })
  },
})

/** The delivery host wants to know who asks (docs.together.ai, images overview, 2026-11-25). */
async function deliver(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const { 'user-agent': agent = '', authorization } = request.headers
  if (agent !== '' || authorization !== undefined) return deliverLink(request, kit)
  return { status: 403, headers: { 'content-type': 'text/plain' }, body: 'Forbidden' }
}

const refusal = (
  status: number,
  message: string,
  facts: { readonly param?: string; readonly code?: string; readonly type?: string } = {},
  headers: Readonly<Record<string, string>> = {},
): EmulatorAnswer => {
  const { param = null, code = null, type = 'invalid_request_error' } = facts
  return jsonAnswer(status, { error: { message, type, param, code } }, headers)
}

const badKey = (): EmulatorAnswer =>
  refusal(401, 'Invalid API key provided. You can find your API key in your settings.', {
    code: 'invalid_api_key',
  })

const noModel = (name: string): EmulatorAnswer =>
  refusal(404, `Unable to access model ${name}. See the list of supported models.`, {
    code: 'model_not_available',
  })

const serverError = (status = 500): EmulatorAnswer =>
  refusal(status, 'Internal server error', { type: 'server_error' })

const listModels = (): EmulatorAnswer =>
  jsonAnswer(
    200,
    Object.keys(emulatedModels).map((id) => ({ id, object: 'model', type: 'image' })),
  )

/** Refusals before any work, in Together's words. */
function refuse(fault: Fault | undefined, model: string): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return badKey()
    case 'no-credit':
      return refusal(402, 'Credit limit exceeded. Add credits to go on.', { type: 'credit_limit' })
    case 'rate-limit':
      return refusal(
        429,
        'You have reached the rate limit of this model.',
        {},
        {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(RESET_SECONDS),
        },
      )
    case 'user-error':
      return refusal(400, 'prompt is required', { param: 'prompt' })
    case 'model-gone':
      return noModel(model)
    case 'moderate-input':
      return refusal(422, 'NSFW content detected in the prompt', { param: 'prompt' })
    case 'moderate-output':
      return refusal(422, 'NSFW content detected in the generated image', { param: 'prompt' })
    case 'server-error':
      return serverError()
    case 'overloaded':
      return refusal(503, 'The server is overloaded or not ready yet', { type: 'server_error' })
    case 'error-in-200':
      return serverError(200)
    default:
      return undefined
  }
}

async function makePictures(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const body = jsonBodyOf(request)
  if (!isObject(body)) return refusal(400, 'The body is not valid JSON')
  const name = String(body.model ?? '')
  const fault = kit.fault(request, String(body.prompt ?? ''))
  const early = refuse(fault, name)
  if (early !== undefined) return early
  const model = Object.hasOwn(emulatedModels, name) ? emulatedModels[name] : undefined
  if (model === undefined) return noModel(name)
  const read = readRequest(body, model)
  if (!read.ok) return refusal(400, read.refusal.message, { param: read.refusal.param })
  return serve(request, kit, { name, model, asked: read.value, fault })
}

interface Work {
  readonly name: string
  readonly model: EmulatedModel
  readonly asked: PictureRequest
  readonly fault: Fault | undefined
}

/** Charges, waits and draws. The charge comes first: whoever hangs up pays as well. */
async function serve(
  request: EmulatorRequest,
  kit: EmulatorKit,
  { name, model, asked, fault }: Work,
): Promise<EmulatorAnswer> {
  const requestId = kit.hexId(24)
  const dollars = dollarsFromNano(BigInt(costNano(model, asked)))
  kit.bill({ model: name, images: asked.count, dollars, requestId })
  await kit.latency(model.seconds, request.signal)
  if (fault === 'server-error-billed') return serverError()
  const count = fault === 'empty' ? 0 : fault === 'wrong-count' ? asked.count - 1 : asked.count
  const drawings = Array.from({ length: count }, (_, index) =>
    drawingOf(asked, requestId, index, kit),
  )
  const data = await Promise.all(
    drawings.map(async (drawing, index) => {
      const timings = { inference: model.seconds }
      if (asked.asLink) return { index, type: 'url', url: linkTo(request, kit, drawing), timings }
      const bytes = await drawWithFault(kit, drawing, fault)
      return { index, type: 'b64_json', b64_json: toBase64(bytes), timings }
    }),
  )
  return jsonAnswer(200, { id: requestId, model: name, object: 'list', data })
}

/** A seed gives the same pictures again: the second has the next seed. */
const drawingOf = (
  { prompt, size, seed, format }: PictureRequest,
  requestId: string,
  index: number,
  kit: EmulatorKit,
): Drawing => ({
  ...size,
  prompt,
  seed: (seed ?? kit.hash(`seed of ${requestId}`)) + index,
  format,
})

/** How many requests are left in this minute; counted, not enforced. */
function limits(kit: EmulatorKit): Record<string, string> {
  const count = countInMinute(kit, 'requests')
  return {
    'x-ratelimit-limit': String(REQUESTS_PER_MINUTE),
    'x-ratelimit-remaining': String(Math.max(0, REQUESTS_PER_MINUTE - count)),
    'x-ratelimit-reset': String(60 - Math.floor((kit.now() % 60_000) / 1_000)),
  }
}
