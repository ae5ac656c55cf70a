import type { Model } from '../../../core/catalog/model.ts'
import { isObject } from '../../../core/json.ts'
import { dollarsFromNano } from '../../../core/money.ts'
import type { Quality } from '../../../core/request/image-request.ts'
import { ok, type Result, refused } from '../../../core/result.ts'
import { startOfDay } from '../../../core/time.ts'
import type { EmulatorAnswer, EmulatorKit, EmulatorRequest, Fault } from '../emulator.ts'
import { jsonAnswer, jsonBodyOf } from '../emulator-wire.ts'
import { badParameter, type EmulatedWords, serverError } from './emulated-errors.ts'
import { drawAll, printPictures, streamPictures } from './emulated-pictures.ts'
import {
  fromForm,
  fromImageRefs,
  type PictureRequest,
  type RequestFields,
  type ResolvedRequest,
  readPictureRequest,
} from './emulated-request.ts'
import { type CallTokens, countTokens } from './emulated-tokens.ts'

/** A service that speaks OpenAI's Images API, as an emulator plays it. */
export interface EmulatedImages {
  /** The model that a name in a request means, whether it is alive or not. */
  readonly findModel: (name: string) => Model | undefined
  /** Nano-dollars of a call; tokens are undefined for models that are not paid by them. */
  readonly costNano: (asked: ResolvedRequest, tokens: CallTokens | undefined) => bigint
  readonly words: EmulatedWords
}

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

/** Answers `/images/generations` or `/images/edits`: checks, charges, waits and draws. */
export async function makePictures(
  service: EmulatedImages,
  kind: PictureRequest['kind'],
  request: EmulatorRequest,
  kit: EmulatorKit,
  requestId: string,
): Promise<EmulatorAnswer> {
  const fields = await readFields(kind, request, kit)
  if (!fields.ok) return fields.refusal
  const { prompt, model: name } = fields.value.values
  const fault = kit.fault(request, String(prompt ?? ''))
  const early = earlyFault(fault, service.words, String(name ?? 'gpt-image-2'), requestId)
  if (early !== undefined) return early
  const findLive = (called: string): Model | undefined => {
    const model = service.findModel(called)
    const { shutdownAt } = model?.lifecycle ?? {}
    const isGone = shutdownAt !== undefined && kit.now() >= startOfDay(shutdownAt)
    return isGone ? undefined : model
  }
  const world = { findModel: findLive, noSuchModel: service.words.noSuchModel }
  const read = readPictureRequest(kind, fields.value, world)
  if (!read.ok) return read.refusal
  const asked = resolve(read.value)
  const tokens = countTokens(asked, fault === 'cost-differs' ? DRIFT_FACTOR : 1)
  const dollars = dollarsFromNano(service.costNano(asked, tokens))
  kit.bill({ model: asked.model.id, images: asked.n, dollars, requestId })
  return produce(service, request, kit, { asked, tokens, fault, requestId })
}

interface Work {
  readonly asked: ResolvedRequest
  readonly tokens: CallTokens | undefined
  readonly fault: Fault | undefined
  readonly requestId: string
}

async function produce(
  { words }: EmulatedImages,
  request: EmulatorRequest,
  kit: EmulatorKit,
  { asked, tokens, fault, requestId }: Work,
): Promise<EmulatorAnswer> {
  const seconds = asked.model.typicalSeconds * EFFORT[asked.quality]
  if (asked.isStreamed) {
    const body = streamPictures(asked, { tokens, fault, kit, requestId, seconds, request })
    return { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' }, body }
  }
  await kit.latency(seconds, request.signal)
  if (fault === 'moderate-output') return words.moderated('output', requestId)
  if (fault === 'server-error-billed') return serverError(500, requestId)
  const count = fault === 'wrong-count' ? asked.n - 1 : asked.n
  const pictures = fault === 'empty' ? [] : await drawAll(asked, count, fault, kit)
  return jsonAnswer(200, printPictures(asked, pictures, tokens, kit))
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
  const body = jsonBodyOf(request)
  if (!isObject(body)) {
    const message = 'We could not parse the JSON body of your request.'
    return refused(badParameter('body', message, 'invalid_json'))
  }
  if (kind === 'edit') return fromImageRefs(body)
  return ok({ values: body, inputs: [], mask: undefined })
}

/** Faults that come before any work, so nothing is billed. */
function earlyFault(
  fault: Fault | undefined,
  words: EmulatedWords,
  model: string,
  requestId: string,
): EmulatorAnswer | undefined {
  switch (fault) {
    case 'moderate-input':
      return words.moderated('input', requestId)
    case 'invalid-key':
      return words.noSuchKey()
    case 'no-credit':
      return words.noCredit()
    case 'rate-limit':
      return words.rateLimited(model, RATE_LIMIT_PAUSE_SECONDS)
    case 'user-error':
      return badParameter('prompt', "Invalid value for 'prompt'.")
    case 'model-gone':
      return words.noSuchModel(model)
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
