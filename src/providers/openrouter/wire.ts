import { failure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import type { HttpAnswer, HttpEvent } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { toDataUrl } from '../shared/data-url.ts'
import type { WireEvent, WireOutcome, WireRequest } from '../shared/definition.ts'
import { fromPictureList, imageAt, missingPictures } from '../shared/openai-images/picture-list.ts'
import { unreadable } from '../shared/status-failure.ts'
import { postJson } from '../shared/wire-request.ts'
import { classifyInside } from './classify.ts'
import { factsOf } from './facts.ts'
import { readOptions } from './options.ts'
import { fromUsage } from './usage.ts'

/** Only OpenAI's models stream; a stream carries one picture. */
const isStreamed = ({ model, partialImages, n }: ProviderCall): boolean =>
  partialImages !== undefined && n === 1 && model.supports.stream === true

/** Prints a call: pictures to edit are references, there is one path for all. */
export function toWire(call: ProviderCall): WireRequest {
  const { model, prompt, images, safetyIdentifier } = call
  const fields: readonly (readonly [string, JsonValue | undefined])[] = [
    ['model', model.wireName ?? model.id],
    ['prompt', prompt],
    ...toParameters(call),
    [
      'input_references',
      images.length === 0
        ? undefined
        : images.map((image) => ({ type: 'image_url', image_url: { url: toDataUrl(image) } })),
    ],
    ['provider', toProvider(call)],
    ['stream', isStreamed(call) ? true : undefined],
    ['user', safetyIdentifier],
  ]
  const value = Object.fromEntries(fields.filter(([, member]) => member !== undefined))
  return postJson('/images', value)
}

/** Of the normalised parameters those that the model's suppliers take. */
function toParameters({ model, settings, n }: ProviderCall) {
  const { parameters } = factsOf(model)
  const { size, resolution } = settings
  const all: readonly (readonly [string, JsonValue | undefined])[] = [
    ['n', n],
    ['size', size === undefined ? undefined : `${size.width}x${size.height}`],
    ['resolution', resolution?.toUpperCase()],
    ['aspect_ratio', settings.aspect],
    ['quality', settings.quality],
    ['background', settings.background],
    ['output_format', settings.format],
    ['output_compression', settings.compression],
    ['seed', settings.seed],
  ]
  return all.filter(([name]) => parameters.includes(name))
}

/** Which suppliers may serve the call, and what they get of their own. */
function toProvider(call: ProviderCall): JsonObject | undefined {
  const { passthrough = {}, ...routing } = readOptions(call)
  const { supplier } = factsOf(call.model)
  const { moderation } = call.settings
  const own = { ...(moderation === undefined ? {} : { moderation }), ...passthrough }
  const value = {
    ...routing,
    ...(Object.keys(own).length === 0 ? {} : { options: { [supplier]: own } }),
  }
  return Object.keys(value).length === 0 ? undefined : value
}

/** Reads an answer of status 2xx; also one that is no picture at all. */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  const { json, status, headers } = answer
  const requestId = headers['x-generation-id'] ?? headers['x-request-id']
  const id = requestId === undefined ? {} : { providerRequestId: requestId }
  const error = classifyInside(json)
  if (error !== undefined) return { kind: 'failed', failure: { ...error, status }, ...id }
  if (!isObject(json)) {
    return { kind: 'failed', failure: unreadable(answer, 'OpenRouter'), ...id }
  }
  const cost = fromUsage(json.usage, call)
  const images = fromPictureList(answer, call.n)
  if (images.length === 0) {
    const empty = failure('empty', `OpenRouter answered ${status} without a picture`)
    return { kind: 'failed', failure: empty, ...cost, ...id }
  }
  // Suppliers may give fewer pictures than asked for, and charge for those that came.
  const withheld = missingPictures(call.n, images.length, false)
  return { kind: 'produced', images, withheld, ...cost, ...id }
}

/** Reads one event of a stream. */
export function fromEvent(event: HttpEvent, call: ProviderCall): WireEvent {
  const outer = isObject(event.json) ? event.json : {}
  // The reference shows each event inside a member `data`; on the wire it stands alone.
  const body = isObject(outer.data) ? outer.data : outer
  const error = classifyInside(body)
  if (error !== undefined) return { kind: 'outcome', outcome: { kind: 'failed', failure: error } }
  const image = imageAt(body.b64_json, event.images)
  if (body.type === 'image_generation.partial_image') {
    const index = Number(body.partial_image_index)
    const isWanted = Number.isInteger(index) && index < (call.partialImages ?? 0)
    if (image === undefined || !isWanted) return { kind: 'ignored' }
    return { kind: 'partial', partial: { index, bytes: image.bytes } }
  }
  if (body.type !== 'image_generation.completed') return { kind: 'ignored' }
  const cost = fromUsage(body.usage, call)
  if (image === undefined) {
    const empty = failure('empty', 'the stream was completed without a picture')
    return { kind: 'outcome', outcome: { kind: 'failed', failure: empty, ...cost } }
  }
  const outcome = { kind: 'produced', images: [image], withheld: [], ...cost } as const
  return { kind: 'outcome', outcome }
}
