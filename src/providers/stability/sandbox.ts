import { dollarsFromNano } from '../../core/money.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import type { ImageFormat } from '../../core/request/image-request.ts'
import {
  defineEmulator,
  type EmulatorAnswer,
  type EmulatorKit,
  type EmulatorRequest,
  type Fault,
} from '../shared/emulator.ts'
import type { EmulatedModel, EmulatedService } from './sandbox-fields.ts'
import { acceptJob, pollJob } from './sandbox-jobs.ts'
import { takeTurn } from './sandbox-rate-limit.ts'
import { emulatedServices, findProblems, outputSize, type ReadForm } from './sandbox-services.ts'

/** Largest request body, 10 MiB (Stability API reference, read 2026-11-20). */
const MAX_BODY_BYTES = 10 * 1_024 * 1_024
/** Keys that begin so are refused. */
const BAD_KEY = 'invalid'
/** Credits that the emulated account always has. */
const CREDITS = 100_000
const NANO_PER_MICRO = 1_000n
/** Bytes of a cut picture, as a share. */
const TRUNCATED_SHARE = 0.6

/** Where results lie, and an older name of the place (Stability API reference, read 2026-11-20). */
const RESULT = /^\/v2beta\/(?:results|stable-image\/upscale\/creative\/result)\/([^/]+)$/

/** The emulator of Stability's v2beta API, on its native wire format. */
export default defineEmulator({
  id: 'stability',
  basePath: '',
  async handle(request, kit) {
    const key = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
    if (key === undefined || key.startsWith(BAD_KEY)) {
      return refusal(kit, 401, 'unauthorized', 'authorization: invalid or missing header value')
    }
    if (request.method === 'GET' && request.path === '/v1/user/balance') {
      return { status: 200, headers: JSON_TYPE, body: JSON.stringify({ credits: CREDITS }) }
    }
    const { path } = request
    const id = RESULT.exec(path)?.[1]
    if (id !== undefined && request.method === 'GET') {
      return pollJob(kit, { id, key, wantsJson: wantsJson(request) })
    }
    const service = Object.hasOwn(emulatedServices, path) ? emulatedServices[path] : undefined
    if (service === undefined || request.method !== 'POST') {
      return refusal(kit, 404, 'not_found', 'there is no such resource')
    }
    if (!takeTurn(kit, key)) return rateLimited(kit)
    return serve(request, kit, { service, key })
  },
})

const JSON_TYPE = { 'content-type': 'application/json' } as const

const refusal = (
  kit: EmulatorKit,
  status: number,
  name: string,
  ...errors: readonly string[]
): EmulatorAnswer => ({
  status,
  headers: JSON_TYPE,
  body: JSON.stringify({ id: kit.hexId(32), name, errors }),
})

const rateLimited = (kit: EmulatorKit): EmulatorAnswer =>
  refusal(
    kit,
    429,
    'rate_limit_exceeded',
    'you have sent more than 150 requests in 10 seconds and are timed out for 60 seconds',
  )

/** Refusals before any work, in Stability's words. */
function refuse(kit: EmulatorKit, fault: Fault | undefined): EmulatorAnswer | undefined {
  switch (fault) {
    case 'invalid-key':
      return refusal(kit, 401, 'unauthorized', 'authorization: invalid or missing header value')
    case 'no-credit':
      return refusal(kit, 402, 'payment_required', 'you lack sufficient credits')
    case 'rate-limit':
      return rateLimited(kit)
    case 'user-error':
      return refusal(kit, 400, 'bad_request', 'prompt: is required')
    case 'model-gone':
      return refusal(kit, 404, 'not_found', 'there is no such resource')
    case 'moderate-input':
      return refusal(
        kit,
        403,
        'content_moderation',
        'the request was flagged by moderation, has been denied and you were not charged',
      )
    case 'server-error':
      return refusal(kit, 500, 'internal_error', 'an unexpected error occurred')
    case 'overloaded':
      return refusal(kit, 503, 'service_unavailable', 'the service is temporarily unavailable')
    case 'error-in-200':
      return refusal(kit, 200, 'internal_error', 'an unexpected error occurred')
    default:
      return undefined
  }
}

async function serve(
  request: EmulatorRequest,
  kit: EmulatorKit,
  { service, key }: { readonly service: EmulatedService; readonly key: string },
): Promise<EmulatorAnswer> {
  if (request.body.byteLength > MAX_BODY_BYTES) {
    return refusal(kit, 413, 'payload_too_large', 'payloads cannot be larger than 10MiB in size')
  }
  if (!(request.headers['content-type'] ?? '').startsWith('multipart/form-data')) {
    return refusal(kit, 400, 'bad_request', 'content-type: must be multipart/form-data')
  }
  const accept = request.headers.accept ?? ''
  if (!wantsJson(request) && !accept.startsWith('image/*')) {
    return refusal(kit, 400, 'bad_request', 'accept: must be image/* or application/json')
  }
  const form = await readForm(request, kit)
  if (form === undefined) return refusal(kit, 400, 'bad_request', 'body: is not a valid form')
  const prompt = promptOf(form)
  const fault = kit.fault(request, prompt)
  const refused = refuse(kit, fault)
  if (refused !== undefined) return refused
  const problems = findProblems(service, form)
  if (problems.length > 0) return refusal(kit, 400, 'bad_request', ...problems)
  if (!isEnglish(prompt)) {
    return refusal(kit, 422, 'invalid_language', 'English is the only supported language')
  }
  return produce(request, kit, { service, form, fault, key, wantsJson: wantsJson(request) })
}

const wantsJson = ({ headers }: EmulatorRequest): boolean =>
  (headers.accept ?? '').startsWith('application/json')

const promptOf = ({ fields }: ReadForm): string =>
  fields.get('prompt') ?? fields.get('background_prompt') ?? ''

async function readForm(request: EmulatorRequest, kit: EmulatorKit): Promise<ReadForm | undefined> {
  try {
    const { fields, files } = await kit.multipart(request)
    return {
      fields: new Map([...fields].map(([name, values]) => [name, values[0] ?? ''])),
      pictures: new Map(files.map(({ name, bytes }) => [name, readImageHeader(bytes)])),
    }
  } catch {
    return undefined
  }
}

/** Whether most letters are Latin: as near as an emulator gets to telling English. */
function isEnglish(prompt: string): boolean {
  const letters = prompt.match(/\p{L}/gu) ?? []
  const latin = prompt.match(/\p{Script=Latin}/gu) ?? []
  return latin.length * 2 >= letters.length
}

interface Work {
  readonly service: EmulatedService
  readonly form: ReadForm
  readonly fault: Fault | undefined
  readonly key: string
  readonly wantsJson: boolean
}

/**
 * Charges, waits and draws, or accepts a job that does. The charge comes first: whoever hangs up
 * pays as well.
 */
async function produce(
  request: EmulatorRequest,
  kit: EmulatorKit,
  work: Work,
): Promise<EmulatorAnswer> {
  const { service, form, fault, key } = work
  const modelName = form.fields.get('model') ?? service.defaultModel
  const model: EmulatedModel = service.models[modelName] ?? { micro: 0, seconds: 1 }
  const requestId = kit.hexId(service.isJob === true ? 64 : 32)
  const dollars = dollarsFromNano(BigInt(model.micro) * NANO_PER_MICRO)
  // Only a job can fail as one.
  const isFree = fault === 'job-fails' && service.isJob === true
  if (!isFree) kit.bill({ model: modelName, images: 1, dollars, requestId })
  if (service.isJob !== true) await kit.latency(model.seconds, request.signal)
  if (fault === 'server-error-billed') {
    return refusal(kit, 500, 'internal_error', 'an unexpected error occurred')
  }
  const asked = Number(form.fields.get('seed') ?? 0)
  const seed = asked === 0 ? kit.hash(`seed of ${requestId}`) : asked
  if (service.isJob !== true) return answerPicture(kit, work, { requestId, seed })
  return acceptJob(kit, {
    id: requestId,
    key,
    startedAt: kit.now(),
    durationMs: kit.scaled(model.seconds * 1_000),
    fault,
    answer: (inJson) => answerPicture(kit, { ...work, wantsJson: inJson }, { requestId, seed }),
  })
}

/** A picture with its facts, in either form. */
async function answerPicture(
  kit: EmulatorKit,
  work: Work,
  { requestId, seed }: { readonly requestId: string; readonly seed: number },
): Promise<EmulatorAnswer> {
  const { form, fault } = work
  if (fault === 'html') {
    const headers = { 'content-type': 'text/html; charset=utf-8' }
    return { status: 200, headers, body: '<!doctype html><title>Service</title>' }
  }
  const bytes = await drawPicture(kit, work, seed)
  const reason = fault === 'moderate-output' ? 'CONTENT_FILTERED' : 'SUCCESS'
  if (work.wantsJson) {
    const image = { image: Buffer.from(bytes).toString('base64') }
    const body = { ...(fault === 'empty' ? {} : image), finish_reason: reason, seed }
    const headers = { ...JSON_TYPE, 'x-request-id': requestId }
    return { status: 200, headers, body: JSON.stringify(body) }
  }
  const headers = {
    'content-type': `image/${formatOf(form)}`,
    'finish-reason': reason,
    seed: String(seed),
    'x-request-id': requestId,
  }
  return { status: 200, headers, body: fault === 'empty' ? new Uint8Array() : bytes }
}

const formatOf = ({ fields }: ReadForm): ImageFormat => {
  const format = fields.get('output_format')
  return format === 'jpeg' || format === 'webp' ? format : 'png'
}

async function drawPicture(
  kit: EmulatorKit,
  { service, form, fault }: Work,
  seed: number,
): Promise<Uint8Array> {
  if (fault === 'not-an-image') return Buffer.from('this is no picture')
  const { width, height } = outputSize(service, form)
  const divisor = fault === 'wrong-size' ? 2 : 1
  const bytes = await kit.draw({
    // Half as wide only, so that the shape is wrong too: Stability promises no more than a shape.
    width: Math.ceil(width / divisor),
    height,
    prompt: promptOf(form),
    seed,
    format: formatOf(form),
    ...(service.isTransparent === true ? { transparent: true } : {}),
    ...(fault === 'blank' ? { blank: true } : {}),
    ...(fault === 'moderate-output' ? { blurred: true } : {}),
  })
  const end = fault === 'truncated' ? Math.floor(bytes.length * TRUNCATED_SHARE) : bytes.length
  return bytes.subarray(0, end)
}
