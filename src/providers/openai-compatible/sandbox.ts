import { dollarsFromNano } from '../../core/money.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { drawWithFault, jsonAnswer, jsonBodyOf, toBase64 } from '../shared/emulator-wire.ts'
import { type EmulatedModel, modelNames, modelOf } from './sandbox-models.ts'
import { type EmulatedCall, type Fields, readCall } from './sandbox-request.ts'

/** Keys that begin so are refused; the emulated server asks for none. */
const BAD_KEY = /^(Bearer|Basic) invalid/

/** The emulator of a server such as vLLM-Omni: one answer with the pictures in it. */
export default defineEmulator({
  id: 'openai-compatible',
  basePath: '/v1',
  async handle(request, kit) {
    if (BAD_KEY.test(request.headers.authorization ?? '')) return unauthorized()
    switch (`${request.method} ${request.path}`) {
      case 'GET /health':
        return { status: 200 }
      case 'GET /v1/models':
        return jsonAnswer(200, {
          object: 'list',
          data: modelNames.map((id) => ({ id, object: 'model', created: 0, owned_by: 'vllm' })),
        })
      case 'POST /v1/images/generations':
        return generate(request, kit, { values: jsonBodyOf(request), files: [] })
      case 'POST /v1/images/edits':
      case 'POST /v1/images/inpainting':
        return edit(request, kit)
      default:
        return jsonAnswer(404, { detail: 'Not Found' })
    }
  },
})

const failed = (status: number, message: string, type: string, code?: string): EmulatorAnswer =>
  jsonAnswer(status, { error: { message, type, param: null, code: code ?? status } })

const unauthorized = (): EmulatorAnswer => jsonAnswer(401, { error: 'Unauthorized' })

async function edit(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const form = await kit.multipart(request).catch(() => undefined)
  if (form === undefined) return jsonAnswer(422, { detail: 'the body is no form' })
  const values = Object.fromEntries(
    [...form.fields].map(([name, [value = '']]) => [
      name,
      /^(n|seed|.*steps|.*scale)$/.test(name) ? Number(value) : value,
    ]),
  )
  const files = form.files.map(({ name, bytes }) => ({ name, header: readImageHeader(bytes) }))
  return generate(request, kit, { values, files })
}

/** Refusals before any work, in the words of the gateways that such servers stand behind. */
function refuse(fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return unauthorized()
    case 'no-credit':
      return failed(400, 'Budget has been exceeded!', 'budget_exceeded', 'budget_exceeded')
    case 'rate-limit':
      return {
        ...failed(429, 'Rate limit reached', 'rate_limit_error', 'rate_limit_exceeded'),
        headers: { 'content-type': 'application/json', 'retry-after': '2' },
      }
    case 'user-error':
      return failed(400, "Invalid size: '12x12'", 'invalid_request_error')
    case 'model-gone':
      return failed(404, 'The model `gone` does not exist.', 'NotFoundError')
    case 'moderate-input':
      return failed(
        400,
        'Your request was rejected by our safety system.',
        'invalid_request_error',
        'content_policy_violation',
      )
    case 'server-error':
      return failed(500, 'Internal server error', 'InternalServerError')
    case 'overloaded':
      return failed(503, 'The model is still loading', 'ServiceUnavailableError')
    case 'error-in-200':
      return failed(200, 'engine is dead', 'InternalServerError')
    default:
      return undefined
  }
}

async function generate(
  request: EmulatorRequest,
  kit: EmulatorKit,
  fields: Fields,
): Promise<EmulatorAnswer> {
  const read = readCall(fields, request.path)
  if ('problems' in read) return jsonAnswer(422, { detail: read.problems })
  const { call } = read
  const fault = kit.fault(request, call.prompt)
  const refusal = refuse(fault)
  if (refusal !== undefined) return refusal
  const model = modelOf(call.model)
  if (model === undefined) {
    return failed(404, `The model \`${call.model}\` does not exist.`, 'NotFoundError')
  }
  return produce(kit, call, model, fault)
}

/** Works, whoever still waits for it, and bills each picture. */
async function produce(
  kit: EmulatorKit,
  call: EmulatedCall,
  model: EmulatedModel,
  fault: Fault | undefined,
): Promise<EmulatorAnswer> {
  const requestId = kit.hexId(24)
  const dollars = dollarsFromNano(model.nanoPerImage * BigInt(call.n))
  kit.bill({ model: call.model, images: call.n, dollars, requestId })
  await kit.latency(model.seconds)
  if (fault === 'server-error-billed') {
    return failed(500, 'Internal server error', 'InternalServerError')
  }
  if (fault === 'moderate-output') {
    return failed(
      200,
      'The generated image was blocked.',
      'image_generation_error',
      'content_filter',
    )
  }
  const lacking = { empty: call.n, 'wrong-count': 1 } as const
  const count = call.n - (fault === 'empty' || fault === 'wrong-count' ? lacking[fault] : 0)
  const first = call.seed ?? kit.hash(`seed of ${requestId}`)
  const data: object[] = []
  for (let index = 0; index < count; index += 1) {
    const { width, height, prompt, format } = call
    const drawing = { width, height, prompt, seed: first + index, format }
    const bytes = await drawWithFault(kit, drawing, fault)
    data.push({ b64_json: toBase64(bytes), url: null, revised_prompt: null })
  }
  const created = Math.floor(kit.now() / 1_000)
  return jsonAnswer(200, { created, data }, { 'x-request-id': requestId })
}
