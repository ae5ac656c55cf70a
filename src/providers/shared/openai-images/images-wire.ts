import type { CallPlan } from '../../../core/catalog/call-plan.ts'
import type { CallSettings } from '../../../core/catalog/settings.ts'
import { failure } from '../../../core/errors/provider-failure.ts'
import { isObject, type JsonValue } from '../../../core/json.ts'
import type { TokenUsage, Usage } from '../../../core/pricing/usage.ts'
import { qualities, type Size } from '../../../core/request/image-request.ts'
import type { HttpAnswer, HttpEvent } from '../../../ports/http-client.ts'
import type { ProviderCall } from '../../../ports/provider.ts'
import type { WireEvent, WireOutcome, WireRequest } from '../definition.ts'
import { fileParts, toForm } from '../form.ts'
import { classifyInside } from './classify.ts'
import { fromPictureList, imageAt, missingPictures } from './picture-list.ts'

/** A stream carries one picture; several are asked for in one plain answer. */
export const isStreamed = ({ partialImages, n }: Pick<CallPlan, 'partialImages' | 'n'>): boolean =>
  partialImages !== undefined && n === 1

/** A field of a request; undefined is not sent. */
export type ImagesField = readonly [name: string, value: JsonValue | undefined]

/**
 * Prints a call in the shape of OpenAI's Images API: a generation as JSON, everything with an input
 * image as a multipart edit. Only what was asked for is sent; absent means the service's default.
 * @param own fields that only some services have.
 */
export function toImages(call: ProviderCall, own: readonly ImagesField[]): WireRequest {
  const fields = [...toFields(call), ...own].flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  )
  // The SDK sends this header on its retries; here it ties an attempt to one charge.
  const headers = { 'idempotency-key': call.attemptId }
  if (call.operation === 'generate') {
    const body = { kind: 'json', value: Object.fromEntries(fields) } as const
    return { method: 'POST', url: '/images/generations', headers, body }
  }
  const name = call.images.length > 1 ? 'image[]' : 'image'
  const form = toForm(
    '/images/edits',
    Object.fromEntries(fields),
    fileParts(call, () => name),
  )
  return { ...form, headers }
}

function toFields(call: ProviderCall): readonly ImagesField[] {
  const { settings, model } = call
  const { size } = settings
  return [
    ['model', model.wireName ?? model.id],
    ['prompt', call.prompt],
    ['n', call.n],
    ['size', size === undefined ? undefined : `${size.width}x${size.height}`],
    ['quality', settings.quality],
    ['background', settings.background],
    ['output_format', settings.format],
    ['output_compression', settings.compression],
    ['input_fidelity', call.operation === 'generate' ? undefined : settings.inputFidelity],
    ['stream', isStreamed(call) ? true : undefined],
    ['partial_images', isStreamed(call) ? call.partialImages : undefined],
  ]
}

/**
 * Reads an answer of status 2xx; also one that is no picture at all.
 * @param service its name, for messages.
 */
export function fromImages(
  answer: HttpAnswer,
  call: Pick<ProviderCall, 'n'>,
  service: string,
): WireOutcome {
  const requestId = answer.headers['x-request-id']
  const id = requestId === undefined ? {} : { providerRequestId: requestId }
  const error = classifyInside(answer.json, service)
  if (error !== undefined) {
    return { kind: 'failed', failure: { ...error, status: answer.status }, ...id }
  }
  if (!isObject(answer.json)) {
    const excerpt = answer.text?.trim().slice(0, 200) ?? 'no JSON'
    const message = `${service} answered ${answer.status} with something else: ${excerpt}`
    return { kind: 'failed', failure: failure('bad_image', message, { billed: 'unknown' }), ...id }
  }
  const usage = fromUsage(answer.json.usage)
  const images = fromPictureList(answer, call.n)
  if (images.length === 0) {
    const empty = failure('empty', `${service} answered ${answer.status} without a picture`)
    return { kind: 'failed', failure: empty, usage, ...id }
  }
  const resolved = fromResolved(answer.json)
  const withheld = missingPictures(call.n, images.length)
  return { kind: 'produced', images, withheld, usage, resolved, ...id }
}

/** What the service resolved `auto` to; words we do not know are left out. */
function fromResolved(body: Record<string, unknown>): CallSettings {
  const size = sizeFrom(body.size)
  const quality = qualities.find((level) => level === body.quality)
  const background = (['transparent', 'opaque'] as const).find((kind) => kind === body.background)
  return {
    ...(size === undefined ? {} : { size }),
    ...(quality === undefined ? {} : { quality }),
    ...(background === undefined ? {} : { background }),
  }
}

function sizeFrom(text: unknown): Size | undefined {
  const match = typeof text === 'string' ? /^(\d{1,5})x(\d{1,5})$/.exec(text) : null
  return match === null ? undefined : { width: Number(match[1]), height: Number(match[2]) }
}

/**
 * The token counts of a call. They replace the estimate as a whole, so without the two counts that
 * every call has (prompt, pictures) none are given. Without `output_tokens_details` (the Images API
 * often has none) all output is image: counting it as text would bill a third of it.
 */
function fromUsage(value: unknown): Partial<Usage> {
  if (!isObject(value)) return {}
  const input = isObject(value.input_tokens_details) ? value.input_tokens_details : {}
  const output = isObject(value.output_tokens_details) ? value.output_tokens_details : {}
  const imageIn = countOf(input.image_tokens) ?? 0
  const textIn = countOf(input.text_tokens) ?? without(value.input_tokens, imageIn)
  const textOut = countOf(output.text_tokens) ?? 0
  const imageOut = countOf(output.image_tokens) ?? without(value.output_tokens, textOut)
  if (textIn === undefined || imageOut === undefined) return {}
  const cached = fromCached(input, textIn, imageIn)
  return { tokens: { textIn, imageIn, imageOut, textOut, ...cached } }
}

/** Cached counts; one that is not split is text first, because prompts are what is cached. */
function fromCached(
  input: Record<string, unknown>,
  textIn: number,
  imageIn: number,
): Pick<TokenUsage, 'cachedTextIn' | 'cachedImageIn'> {
  const split = isObject(input.cached_tokens_details) ? input.cached_tokens_details : {}
  const all = countOf(input.cached_tokens) ?? 0
  const text = Math.min(textIn, countOf(split.text_tokens) ?? all)
  const image = Math.min(imageIn, countOf(split.image_tokens) ?? Math.max(0, all - text))
  return { cachedTextIn: text, cachedImageIn: image }
}

function without(total: unknown, part: number): number | undefined {
  const count = countOf(total)
  return count === undefined ? undefined : Math.max(0, count - part)
}

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined

/** Reads one event of a stream. The final picture may come before all partial ones. */
export function fromImagesEvent(
  event: HttpEvent,
  call: Pick<ProviderCall, 'n'>,
  service: string,
): WireEvent {
  const body = isObject(event.json) ? event.json : {}
  const error = classifyInside(body, service)
  if (error !== undefined) return { kind: 'outcome', outcome: { kind: 'failed', failure: error } }
  const type = typeof body.type === 'string' ? body.type : (event.event ?? '')
  const image = imageAt(body.b64_json, event.images)
  if (type.endsWith('.partial_image')) {
    if (image === undefined) return { kind: 'ignored' }
    const index = countOf(body.partial_image_index) ?? 0
    return { kind: 'partial', partial: { index, bytes: image.bytes } }
  }
  if (!type.endsWith('.completed')) return { kind: 'ignored' }
  const usage = fromUsage(body.usage)
  if (image === undefined) {
    const empty = failure('empty', 'the stream was completed without a picture')
    return { kind: 'outcome', outcome: { kind: 'failed', failure: empty, usage } }
  }
  const withheld = missingPictures(call.n, 1)
  const resolved = fromResolved(body)
  return {
    kind: 'outcome',
    outcome: { kind: 'produced', images: [image], withheld, usage, resolved },
  }
}
