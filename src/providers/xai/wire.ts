import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { decimal } from '../../core/pricing/decimal.ts'
import type { HttpAnswer, ImageBytes } from '../../ports/http-client.ts'
import type { InputBytes, ProviderCall } from '../../ports/provider.ts'
import { toDataUrl } from '../shared/data-url.ts'
import type { WireImage, WireOutcome, WireRequest } from '../shared/definition.ts'
import { imageAt } from '../shared/openai-images/picture-list.ts'
import { concluded, requestIdOf } from '../shared/picture-answer.ts'
import { unreadable } from '../shared/status-failure.ts'
import { postJson } from '../shared/wire-request.ts'
import { classifyInside } from './classify.ts'

/** Of xAI's units of money (its Rust client, read 2026-11-20). */
const TICKS_PER_DOLLAR = 10_000_000_000

/** Prints a call; edits are JSON as well, with their pictures as data URLs. */
export function toWire(call: ProviderCall): WireRequest {
  const { model, prompt, n, settings, images } = call
  const value: JsonObject = {
    model: model.wireName ?? model.id,
    prompt,
    n,
    response_format: 'b64_json',
    aspect_ratio: settings.aspect,
    resolution: settings.resolution,
    quality: settings.quality,
    user: call.safetyIdentifier,
    ...toImages(images),
  }
  const url = images.length === 0 ? '/images/generations' : '/images/edits'
  return postJson(url, value)
}

/** One picture stands alone, several in a list. */
function toImages(images: readonly InputBytes[]): JsonObject {
  const printed = images.map((image) => ({ url: toDataUrl(image), type: 'image_url' }))
  if (printed.length <= 1) return { image: printed[0] }
  return { images: printed }
}

/** Reads an answer of status 2xx; also one that is no picture at all. */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  const { json } = answer
  const id = requestIdOf(answer)
  if (!isObject(json)) return { kind: 'failed', failure: unreadable(answer, 'xAI'), ...id }
  if (isObject(json.error) || typeof json.error === 'string') {
    return { kind: 'failed', failure: classifyInside(answer), ...id }
  }
  const data = Array.isArray(json.data) ? json.data.slice(0, call.n) : []
  const entries = data.map((entry) => fromEntry(entry, answer.images))
  return concluded(answer, {
    service: 'xAI',
    asked: call.n,
    images: entries.flatMap((entry) => ('failure' in entry ? [] : [entry.image])),
    withheld: entries.flatMap((entry) => ('failure' in entry ? [entry.failure] : [])),
    facts: { ...id, ...dollarsOf(json.usage) },
  })
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
  const image = imageAt(marker, images)
  if (image !== undefined) return { image: { ...image, ...facts } }
  if (typeof url === 'string' && url !== '') return { image: { url, ...facts } }
  return { failure: failure('empty', 'xAI gave an entry without a picture') }
}

/** The exact charge of the call; nothing when it is no whole number of ticks. */
function dollarsOf(usage: unknown): { readonly reportedDollars?: string } {
  const ticks = isObject(usage) ? usage.cost_in_usd_ticks : undefined
  if (typeof ticks !== 'number' || !Number.isSafeInteger(ticks) || ticks < 0) return {}
  return { reportedDollars: decimal(ticks).div(TICKS_PER_DOLLAR).toFixed() }
}
