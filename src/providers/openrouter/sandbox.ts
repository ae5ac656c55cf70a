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
import { PREVIEWS, printPictures, streamPictures, type Work } from './sandbox-answer.ts'
import { costOf } from './sandbox-bill.ts'
import { listEndpoints, listModels, modelOf } from './sandbox-catalog.ts'
import {
  badParameter,
  errorBody,
  flagged,
  noCredit,
  noSuchKey,
  noSuchModel,
  noSuchPath,
  overloaded,
  rateLimited,
  serverError,
  withheld,
} from './sandbox-errors.ts'
import { readPictureRequest } from './sandbox-request.ts'

/** What a played rate limit asks to wait. */
const RATE_LIMIT_PAUSE_MS = 2_000
/** Credits that the emulated account has bought. */
const CREDITS = 1_000

/** Emulates OpenRouter's Image API with its price feed, which needs no key. */
export default defineEmulator({
  id: 'openrouter',
  basePath: '/api/v1',
  async handle(request, kit) {
    const path = request.path.replace(/^\/api\/v1/, '')
    if (request.method === 'GET' && path === '/images/models') return jsonAnswer(200, listModels())
    const slug = /^\/images\/models\/([^/]+\/[^/]+)\/endpoints$/.exec(path)?.[1]
    if (request.method === 'GET' && slug !== undefined) return readEndpoints(slug)
    if (bearerKeyOf(request) === undefined) return noSuchKey()
    if (request.method === 'GET') return readAccount(path, kit)
    // The other path is OpenAI's name for the same.
    const isPictures = path === '/images' || path === '/images/generations'
    if (request.method !== 'POST' || !isPictures) return noSuchPath()
    return makePictures(request, kit)
  },
})

function readEndpoints(slug: string): EmulatorAnswer {
  const found = modelOf(slug)
  return found === undefined ? noSuchModel(slug) : jsonAnswer(200, listEndpoints(found))
}

const spentNano = ({ state }: EmulatorKit): bigint => (state.get('spent') as bigint) ?? 0n

function readAccount(path: string, kit: EmulatorKit): EmulatorAnswer {
  const usage = Number(spentNano(kit)) / 1e9
  if (path === '/credits') {
    return jsonAnswer(200, { data: { total_credits: CREDITS, total_usage: usage } })
  }
  if (path !== '/key') return noSuchPath()
  const data = { label: 'sandbox', usage, limit: null, limit_remaining: null, is_free_tier: false }
  return jsonAnswer(200, { data })
}

async function makePictures(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer> {
  const body = jsonBodyOf(request)
  if (!isObject(body)) return badParameter('The request body is no JSON object.')
  const fault = kit.fault(request, String(body.prompt ?? ''))
  const early = earlyFault(fault, String(body.model), kit)
  if (early !== undefined) return early
  const read = readPictureRequest(body)
  if (!read.ok) return read.refusal
  const asked = read.value
  const count = fault === 'wrong-count' ? asked.n - 1 : asked.n
  const counted = costOf(asked, count, asked.isStreamed ? PREVIEWS : 0, kit)
  const cost = fault === 'cost-differs' ? { ...counted, nano: (counted.nano * 3n) / 2n } : counted
  const generationId = `gen-img-${kit.hexId(24)}`
  const shown = fault === 'empty' ? 0 : count
  const work: Work = { asked, count: shown, cost, fault, kit, generationId }
  charge(work)
  const headers = { 'x-generation-id': generationId }
  if (asked.isStreamed) {
    const type = { 'content-type': 'text/event-stream' }
    return { status: 200, headers: { ...headers, ...type }, body: streamPictures(work, request) }
  }
  await kit.latency(asked.found.model.typicalSeconds, request.signal)
  if (fault === 'server-error-billed') return serverError()
  return jsonAnswer(200, await printPictures(work), headers)
}

function charge({ asked, count, cost, kit, generationId }: Work): void {
  kit.state.set('spent', spentNano(kit) + cost.nano)
  const dollars = dollarsFromNano(cost.nano)
  kit.bill({ model: asked.found.model.id, images: count, dollars, requestId: generationId })
}

/** Faults that come before any work, or after which OpenRouter does not charge. */
function earlyFault(
  fault: Fault | undefined,
  model: string,
  kit: EmulatorKit,
): EmulatorAnswer | undefined {
  switch (fault) {
    case 'moderate-input':
      return flagged(model)
    case 'moderate-output':
      return withheld()
    case 'invalid-key':
      return noSuchKey()
    case 'no-credit':
      return noCredit()
    case 'rate-limit':
      return rateLimited(kit.now(), RATE_LIMIT_PAUSE_MS)
    case 'user-error':
      return badParameter('n: expected a whole number from 1 to 10')
    case 'model-gone':
      return noSuchModel(model)
    case 'server-error':
      return serverError()
    case 'overloaded':
      return overloaded()
    case 'error-in-200':
      return jsonAnswer(200, errorBody(502, 'Provider returned error'))
    default:
      return undefined
  }
}
