import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonValue } from '../../core/json.ts'
import type { HttpAnswer, ImageBytes } from '../../ports/http-client.ts'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import type { WireImage, WireOutcome, WireRequest } from '../shared/definition.ts'
import { unreadable } from '../shared/status-failure.ts'
import { classifyInside } from './classify.ts'

/** Digits after the point of a tick: 10,000,000,000 of them are a dollar (xAI's Rust client). */
const TICK_DIGITS = 10

/** Prints a call; edits are JSON as well, with their pictures as data URLs. */
export function toWire(call: ProviderCall): WireRequest {
  const { model, prompt, n, settings, images, safetyIdentifier } = call
  const fields: readonly (readonly [string, JsonValue | undefined])[] = [
    ['model', model.wireName ?? model.id],
    ['prompt', prompt],
    ['n', n],
    ['response_format', 'b64_json'],
    ['aspect_ratio', settings.aspect],
    ['resolution', settings.resolution],
    ['quality', settings.quality],
    ['user', safetyIdentifier],
    ...toImages(images),
  ]
  const known = fields.filter(([, value]) => value !== undefined)
  return {
    method: 'POST',
    url: images.length === 0 ? '/images/generations' : '/images/edits',
    body: { kind: 'json', value: Object.fromEntries(known) },
  }
}

/** One picture stands alone, several in a list. */
function toImages(images: readonly InputBytes[]): (readonly [string, JsonValue])[] {
  const printed = images.map(({ format, bytes }) => {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
    return { url: `data:image/${format};base64,${data}`, type: 'image_url' }
  })
  const [first] = printed
  if (first === undefined) return []
  return printed.length === 1 ? [['image', first]] : [['images', printed]]
}

/** Reads an answer of status 2xx; also one that is no picture at all. */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  const { json, headers } = answer
  const requestId = headers['x-request-id']
  const id = requestId === undefined ? {} : { providerRequestId: requestId }
  const error = classifyInside(json)
  if (error !== undefined) {
    return { kind: 'failed', failure: { ...error, status: answer.status }, ...id }
  }
  if (!isObject(json)) {
    return { kind: 'failed', failure: unreadable(answer, 'xAI'), ...id }
  }
  const data = Array.isArray(json.data) ? json.data.slice(0, call.n) : []
  const entries = data.map((entry) => fromEntry(entry, answer.images))
  const images = entries.flatMap((entry) => ('failure' in entry ? [] : [entry.image]))
  const withheld = entries.flatMap((entry) => ('failure' in entry ? [entry.failure] : []))
  const reported = dollarsOf(json.usage)
  const facts = { ...id, ...(reported === undefined ? {} : { reportedDollars: reported }) }
  if (images.length === 0) {
    const empty = failure('empty', `xAI answered ${answer.status} without a picture`)
    return { kind: 'failed', failure: withheld[0] ?? empty, ...facts }
  }
  const missing = Array.from({ length: call.n - entries.length }, () =>
    failure('bad_image', `wrong count: ${entries.length} of ${call.n} pictures came`),
  )
  return { kind: 'produced', images, withheld: [...withheld, ...missing], usage: {}, ...facts }
}

type Entry = { readonly image: WireImage } | { readonly failure: ProviderFailure }

/** One entry of `data`. A picture that breaks xAI's rules is charged and not used. */
function fromEntry(entry: unknown, images: readonly ImageBytes[]): Entry {
  const {
    respect_moderation: isProper,
    url,
    revised_prompt: revised,
    b64_json: marker,
  } = isObject(entry) ? entry : {}
  if (isProper === false) {
    return { failure: failure('content_policy_output', 'xAI withheld the picture it had made') }
  }
  const facts = typeof revised === 'string' && revised !== '' ? { revisedPrompt: revised } : {}
  const index = isObject(marker) ? marker.keeprate_image : undefined
  const image = typeof index === 'number' ? images[index] : undefined
  if (image !== undefined && image.bytes.length > 0) return { image: { ...image, ...facts } }
  if (typeof url === 'string' && url !== '') return { image: { url, ...facts } }
  return { failure: failure('empty', 'xAI gave an entry without a picture') }
}

/** The exact charge of the call; undefined when it is no whole number of ticks. */
function dollarsOf(usage: unknown): string | undefined {
  const ticks = isObject(usage) ? usage.cost_in_usd_ticks : undefined
  if (typeof ticks !== 'number' || !Number.isSafeInteger(ticks) || ticks < 0) return undefined
  const digits = String(ticks).padStart(TICK_DIGITS + 1, '0')
  const fraction = digits.slice(-TICK_DIGITS).replace(/0+$/, '')
  const whole = digits.slice(0, -TICK_DIGITS)
  return fraction === '' ? whole : `${whole}.${fraction}`
}
