import { type FailureClass, failure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { toBase64 } from '../shared/data-url.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { concluded, pictureFrom, requestIdOf } from '../shared/picture-answer.ts'
import { servicePictures, toServiceDetails, toServiceWords } from '../shared/stability-services.ts'
import { unreadable } from '../shared/status-failure.ts'
import { postJson } from '../shared/wire-request.ts'
import { acceptedOptions, strengthOf } from './options.ts'

/** Prints a call as the JSON that `InvokeModel` hands to the model. */
export function toWire(call: ProviderCall): WireRequest {
  const { model } = call
  const url = `/model/${encodeURIComponent(model.wireName ?? model.id)}/invoke`
  return postJson(url, toFields(call), { accept: 'application/json' })
}

function toFields(call: ProviderCall): JsonObject {
  const { operation, settings } = call
  const { strength: _, ...options } = acceptedOptions(call)
  return {
    ...toServiceWords(call),
    ...(toServiceDetails(call, settings.aspect) ?? toPicture(call)),
    negative_prompt: settings.negativePrompt,
    seed: settings.seed,
    output_format: settings.format,
    ...Object.fromEntries(
      servicePictures(operation).flatMap((name, index) => {
        const image = call.images[index]
        return image === undefined ? [] : [[name, toBase64(image)]]
      }),
    ),
    mask: call.mask === undefined ? undefined : toBase64(call.mask),
    ...options,
  }
}

/** What a model is told that makes pictures from words, and from another picture. */
function toPicture(call: ProviderCall): JsonObject {
  const { model, operation, settings } = call
  const isEdit = operation === 'edit'
  return {
    // Only SD 3.5 documents a mode; without one it makes pictures from text, as the others do.
    mode: isEdit && model.wire.takes_mode === true ? 'image-to-image' : undefined,
    aspect_ratio: operation === 'generate' ? settings.aspect : undefined,
    strength: isEdit ? strengthOf(model, call) : undefined,
  }
}

/** What a `finish_reasons` entry means; the same words for every model of Stability's. */
const classesByReason: Readonly<Record<string, FailureClass>> = {
  'Filter reason: prompt': 'content_policy_input',
  'Filter reason: input image': 'content_policy_input',
  'Filter reason: output image': 'content_policy_output',
  'Inference error': 'overloaded',
}

/** Reads a 200, which is a success only when `finish_reasons` says null and a picture is there. */
export function fromWire(answer: HttpAnswer): WireOutcome {
  const { json, images } = answer
  const facts = requestIdOf(answer, { header: 'x-amzn-requestid' })
  if (!isObject(json)) return { kind: 'failed', failure: unreadable(answer, 'Bedrock'), ...facts }
  const reason = firstOf(json.finish_reasons)
  if (typeof reason === 'string') return { ...withheld(reason), ...facts }
  const image = images[0]?.bytes.length === 0 ? undefined : images[0]
  return concluded(answer, {
    service: 'Bedrock',
    asked: 1,
    images: pictureFrom(image, undefined, firstOf(json.seeds)),
    usage: { images: 1 },
    facts,
  })
}

function withheld(reason: string): Extract<WireOutcome, { kind: 'failed' }> {
  const providerCode = reason.slice(0, 80)
  const known = Object.hasOwn(classesByReason, reason) ? classesByReason[reason] : undefined
  const isDoubtful = known === undefined || known === 'overloaded'
  const details = { providerCode, ...(isDoubtful ? { billed: 'unknown' as const } : {}) }
  const cause = failure(known ?? 'empty', `Bedrock gave no picture: ${providerCode}`, details)
  const isMade = cause.class === 'content_policy_output'
  return { kind: 'failed', failure: cause, ...(isMade ? { usage: { images: 1 } } : {}) }
}

const firstOf = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined)
