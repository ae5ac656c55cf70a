import { isObject } from '../../core/json.ts'
import { dollarsFromNano } from '../../core/money.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import { bearerKeyOf, jsonAnswer, jsonBodyOf } from '../shared/emulator-wire.ts'
import { acceptJob, deleteJob, deliver, viewJob } from './sandbox-jobs.ts'
import { type Generation, platformModels, readGeneration } from './sandbox-request.ts'
import { announce, isUploaded, store } from './sandbox-uploads.ts'

/**
 * Nano-dollars of 64 pixels: the emulator's own price, because Leonardo publishes none. A picture
 * of 1024x1024 comes to $0.016384.
 */
const NANO_PER_64_PIXELS = 1_000n
/** How much dearer a call is under the fault `cost-differs`: half as much again. */
const DRIFT = { times: 3n, over: 2n } as const
const RATE_LIMIT_PAUSE_SECONDS = 2
const ROOT = '/api/rest/v1'

/** The emulator of Leonardo.Ai: jobs, uploads, deliveries and its calculator of prices. */
export default defineEmulator({
  id: 'leonardo',
  basePath: ROOT,
  async handle(request, kit) {
    const { method, path } = request
    if (method === 'GET' && path.startsWith('/cdn/')) return deliver(request, kit)
    if (method === 'POST' && path === '/storage') return store(request, kit)
    const key = bearerKeyOf(request)
    if (key === undefined) return badKey()
    const generation = /^\/generations\/([^/]+)$/.exec(path.slice(ROOT.length))?.[1]
    if (path.startsWith(ROOT) && generation !== undefined) {
      if (method === 'GET') return jsonAnswer(200, viewJob(kit, request, { id: generation, key }))
      if (method === 'DELETE') return jsonAnswer(200, deleteJob(kit, generation, key))
    }
    return answer(`${method} ${path.replace(ROOT, '')}`, request, kit, key)
  },
})

function answer(
  place: string,
  request: EmulatorRequest,
  kit: EmulatorKit,
  key: string,
): EmulatorAnswer {
  const body = jsonBodyOf(request)
  const fields = isObject(body) ? body : {}
  switch (place) {
    case 'GET /me':
      return jsonAnswer(200, { user_details: [{ user: { id: 'emulated' }, apiPaidTokens: 1_000 }] })
    case 'GET /platformModels':
      return jsonAnswer(200, { custom_models: platformModels })
    case 'POST /init-image':
      return announce(request, kit, fields.extension)
    case 'POST /pricing-calculator':
      return calculate(fields)
    case 'POST /generations':
      return generate(fields, request, kit, key)
    default:
      return jsonAnswer(404, { error: `Endpoint ${place} not found`, path: '$', code: 'not-found' })
  }
}

const refusal = (status: number, error: string, code = 'unexpected'): EmulatorAnswer =>
  jsonAnswer(status, { error, path: '$', code })

const badKey = (): EmulatorAnswer =>
  refusal(401, 'Authentication hook unauthorized this request', 'access-denied')

/** Refusals before any work, in Leonardo's words where they are known. */
function refuse(fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return badKey()
    case 'no-credit':
      return refusal(400, 'not enough api tokens')
    case 'rate-limit':
      return {
        ...refusal(429, 'Too many requests'),
        headers: {
          'content-type': 'application/json',
          'retry-after': String(RATE_LIMIT_PAUSE_SECONDS),
        },
      }
    case 'user-error':
      return refusal(400, 'prompt is required')
    case 'model-gone':
      return refusal(400, 'Model not found')
    case 'moderate-input':
      return refusal(400, 'The prompt was flagged by content moderation')
    case 'server-error':
      return refusal(500, 'Internal server error')
    case 'overloaded':
      return refusal(503, 'Service unavailable')
    case 'error-in-200':
      return refusal(200, 'Something went wrong')
    default:
      return undefined
  }
}

const costNano = ({ width, height, count }: Pick<Generation, 'width' | 'height' | 'count'>) =>
  BigInt((width * height) / 64) * NANO_PER_64_PIXELS * BigInt(count)

function generate(
  body: Readonly<Record<string, unknown>>,
  request: EmulatorRequest,
  kit: EmulatorKit,
  key: string,
): EmulatorAnswer {
  const fault = kit.fault(request, String(body.prompt ?? ''))
  const early = refuse(fault)
  if (early !== undefined) return early
  const read = readGeneration(body)
  if (!read.ok) return refusal(400, read.refusal)
  const asked = read.value
  if (!asked.inputs.every((id) => isUploaded(kit, id))) {
    return refusal(400, 'init image not found')
  }
  const usual = costNano(asked)
  const nano = fault === 'cost-differs' ? (usual * DRIFT.times) / DRIFT.over : usual
  const amount = dollarsFromNano(nano)
  const generationId = acceptJob(kit, { key, asked, fault })
  // A job that fails gets its money back.
  if (fault !== 'job-fails') {
    kit.bill({ model: asked.name, images: asked.count, dollars: amount, requestId: generationId })
  }
  if (fault === 'server-error-billed') return refusal(500, 'Internal server error')
  const cost = { amount, unit: 'DOLLARS' }
  return jsonAnswer(200, { sdGenerationJob: { generationId, apiCreditCost: null, cost } })
}

/** `POST /pricing-calculator`: the same price as of a call. */
function calculate({ service, serviceParams }: Readonly<Record<string, unknown>>): EmulatorAnswer {
  const known = isObject(serviceParams) ? serviceParams.IMAGE_GENERATION : undefined
  if (service !== 'IMAGE_GENERATION' || !isObject(known)) {
    return refusal(400, 'Only IMAGE_GENERATION is emulated')
  }
  const { imageWidth, imageHeight, numImages = 1 } = known
  const [width, height, count] = [imageWidth, imageHeight, numImages].map(Number)
  const isGood = [width, height, count].every((each) => Number.isInteger(each) && Number(each) > 0)
  if (!isGood || width === undefined || height === undefined || count === undefined) {
    return refusal(400, 'imageWidth, imageHeight and numImages must be whole numbers')
  }
  if ((width * height) % 64 !== 0) return refusal(400, 'the edges must be multiples of 8')
  const cost = Number(dollarsFromNano(costNano({ width, height, count })))
  return jsonAnswer(200, { calculateProductionApiServiceCost: { cost } })
}
