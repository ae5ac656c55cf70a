import { failure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer, HttpEvent } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireEvent, WireOutcome, WireRequest } from '../shared/definition.ts'
import { postJson } from '../shared/wire-request.ts'
import { type Chunk, failureOf, readChunk } from './answer.ts'
import { classifyInside } from './classify.ts'
import { readOptions } from './options.ts'
import { outputLimitOf, thinkingLevelOf } from './tokens.ts'

/** Filters that a caller may set (ai.google.dev, safety settings, read 2026-11-20). */
const HARM_CATEGORIES = [
  'HARM_CATEGORY_HARASSMENT',
  'HARM_CATEGORY_HATE_SPEECH',
  'HARM_CATEGORY_SEXUALLY_EXPLICIT',
  'HARM_CATEGORY_DANGEROUS_CONTENT',
] as const

/** What `moderation: low` asks for. */
const LOW_MODERATION = 'block_only_high'

/** Prints a call; one that streams goes to another method of the same model. */
export function toWire(call: ProviderCall): WireRequest {
  const { model } = call
  const isStreamed = call.partialImages !== undefined
  const method = isStreamed ? 'streamGenerateContent?alt=sse' : 'generateContent'
  const { google_search: searches } = readOptions(call)
  const value = {
    contents: [{ role: 'user', parts: toParts(call) }],
    generationConfig: toConfig(call),
    ...toSafety(call),
    ...(searches === true ? { tools: [{ googleSearch: {} }] } : {}),
  }
  const url = `/models/${model.wireName ?? model.id}:${method}`
  return postJson(url, value)
}

const toParts = ({ prompt, images }: ProviderCall): JsonObject[] => [
  { text: prompt },
  ...images.map(({ format, bytes }) => ({
    inlineData: { mimeType: `image/${format}`, data: Buffer.from(bytes).toString('base64') },
  })),
]

/** Only what the model takes is sent; absent means Google's own default. */
function toConfig(call: ProviderCall): JsonObject {
  const { settings, model } = call
  const { aspect, resolution } = settings
  const imageConfig = {
    ...(aspect === undefined ? {} : { aspectRatio: aspect }),
    ...(resolution === undefined || model.wire.image_size !== true
      ? {}
      : { imageSize: resolution.toUpperCase() }),
  }
  const level = thinkingLevelOf(call)
  const thinkingConfig = {
    ...(level === undefined ? {} : { thinkingLevel: level }),
    // Drafts are part of the thoughts.
    ...((call.partialImages ?? 0) > 0 ? { includeThoughts: true } : {}),
  }
  return {
    responseModalities: ['IMAGE'],
    maxOutputTokens: outputLimitOf(call),
    ...(Object.keys(imageConfig).length === 0 ? {} : { imageConfig }),
    ...(Object.keys(thinkingConfig).length === 0 ? {} : { thinkingConfig }),
  }
}

function toSafety(call: ProviderCall): JsonObject {
  const low = call.settings.moderation === 'low' ? LOW_MODERATION : undefined
  const threshold = readOptions(call).safety_threshold ?? low
  if (threshold === undefined) return {}
  return {
    safetySettings: HARM_CATEGORIES.map((category) => ({
      category,
      threshold: threshold.toUpperCase(),
    })),
  }
}

/** Reads an answer of status 2xx; also one that is no picture at all. */
export function fromWire(answer: HttpAnswer, _call: ProviderCall): WireOutcome {
  const error = classifyInside(answer.json)
  if (error !== undefined) return { kind: 'failed', failure: { ...error, status: answer.status } }
  if (!isObject(answer.json)) {
    const excerpt = answer.text?.trim().slice(0, 200) ?? 'no JSON'
    const message = `Google answered ${answer.status} with something else: ${excerpt}`
    return { kind: 'failed', failure: failure('bad_image', message, { billed: 'unknown' }) }
  }
  const chunk = readChunk(answer.json, answer.images)
  return conclude(chunk, chunk)
}

/** What a call ended with: a picture of some chunk, and what the last chunk says. */
function conclude(pictured: Pick<Chunk, 'image'>, last: Chunk): WireOutcome {
  const { image } = pictured
  const id = last.responseId === undefined ? {} : { providerRequestId: last.responseId }
  if (image === undefined) {
    return { kind: 'failed', failure: failureOf(last), usage: last.usage, ...id }
  }
  return { kind: 'produced', images: [image], withheld: [], usage: last.usage, ...id }
}

/**
 * Reads one chunk of a stream. The picture comes in one chunk; what the call used stands in the
 * last one, which names the reason why it ended.
 */
export function fromEvent(
  event: HttpEvent,
  call: ProviderCall,
  earlier: readonly HttpEvent[],
): WireEvent {
  const before = earlier.map(chunkOf)
  const chunk = chunkOf(event)
  const pictured = [...before, chunk].findLast(({ image }) => image !== undefined)
  const error = classifyInside(event.json)
  if (error !== undefined) {
    // A picture that came before the error is paid and stays.
    if (pictured !== undefined) return { kind: 'ignored' }
    return { kind: 'outcome', outcome: { kind: 'failed', failure: error } }
  }
  const text = [...before, chunk].map((part) => part.text).join('')
  if (chunk.finishReason !== undefined || chunk.blockReason !== undefined) {
    return { kind: 'outcome', outcome: conclude(pictured ?? chunk, { ...chunk, text }) }
  }
  if (chunk.image !== undefined) {
    const outcome = conclude(chunk, { ...chunk, usage: {} })
    return { kind: 'outcome', outcome, isProvisional: true }
  }
  const [draft] = chunk.drafts
  const index = before.flatMap(({ drafts }) => drafts).length
  if (draft === undefined || index >= (call.partialImages ?? 0)) return { kind: 'ignored' }
  return { kind: 'partial', partial: { index, bytes: draft.bytes } }
}

const chunkOf = ({ json, images }: HttpEvent): Chunk =>
  readChunk(isObject(json) ? json : {}, images)
