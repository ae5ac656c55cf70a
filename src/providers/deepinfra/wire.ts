import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireImage, WireOutcome, WireRequest } from '../shared/definition.ts'
import { fileParts, toForm } from '../shared/form.ts'
import { fromPictureList, imageAt } from '../shared/openai-images/picture-list.ts'
import { concluded, reportedUnits, requestIdOf } from '../shared/picture-answer.ts'
import { unreadable } from '../shared/status-failure.ts'
import { postJson } from '../shared/wire-request.ts'
import { classifyInside } from './classify.ts'

const NANO_PER_DOLLAR = 1_000_000_000

/** Prints a call for the endpoint that its model has: see `wire.endpoint` in models.json. */
export function toWire(call: ProviderCall): WireRequest {
  switch (call.model.wire.endpoint) {
    case 'edits':
      return toImages('/openai/images/edits', call)
    case 'variations':
      return toImages('/openai/images/variations', call)
    default:
      return toInference(call)
  }
}

function toInference({ model, prompt, n, settings, expectedSize }: ProviderCall): WireRequest {
  const { width, height } = settings.size ?? expectedSize
  const isShaped = model.sizes.kind === 'aspect'
  const value: JsonObject = {
    prompt,
    num_images: n,
    ...(isShaped ? { aspect_ratio: settings.aspect } : { width, height }),
    num_inference_steps: settings.steps,
    guidance_scale: settings.guidance,
    seed: settings.seed,
    negative_prompt: settings.negativePrompt,
  }
  return postJson(`/inference/${model.wireName ?? model.id}`, value)
}

/** An edit or a variation as a form; variations take no words. Several images share one name. */
function toImages(url: string, call: ProviderCall): WireRequest {
  const { model, operation, settings, expectedSize } = call
  const { width, height } = settings.size ?? expectedSize
  const fields = {
    model: model.wireName ?? model.id,
    prompt: operation === 'variation' ? undefined : call.prompt,
    n: call.n,
    size: `${width}x${height}`,
    response_format: 'b64_json',
    user: call.safetyIdentifier,
  }
  return toForm(url, fields, fileParts(call))
}

/** Reads an answer of status 2xx, in either shape; also one that is no picture at all. */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  const { json } = answer
  if (!isObject(json)) return { kind: 'failed', failure: unreadable(answer, 'DeepInfra') }
  if (json.detail != null || json.error != null) {
    return { kind: 'failed', failure: classifyInside(answer) }
  }
  const isNative = call.model.wire.endpoint === 'inference'
  const status = isObject(json.inference_status) ? json.inference_status : {}
  return concluded(answer, {
    service: 'DeepInfra',
    asked: call.n,
    ...(isNative
      ? fromInference(json, answer, call.n)
      : { images: fromPictureList(answer, call.n) }),
    // Answers in OpenAI's shape tell neither.
    facts: {
      ...reportedUnits(status.cost, NANO_PER_DOLLAR),
      ...requestIdOf(answer, { member: 'request_id' }),
    },
    missingBilled: 'unknown',
  })
}

/** The pictures of a native answer, without those that DeepInfra marks as unsafe. */
function fromInference(
  json: Record<string, unknown>,
  answer: HttpAnswer,
  asked: number,
): { readonly images: readonly WireImage[]; readonly withheld: readonly ProviderFailure[] } {
  const list = Array.isArray(json.images) ? json.images.slice(0, asked) : []
  const marks = Array.isArray(json.nsfw_content_detected) ? json.nsfw_content_detected : []
  const isUnsafe = (index: number): boolean => marks[index] === true
  const message = 'DeepInfra made the picture and marked it as unsafe (nsfw_content_detected)'
  return {
    images: list.flatMap((entry, index) => {
      const image = isUnsafe(index) ? undefined : imageAt(entry, answer.images)
      return image === undefined ? [] : [{ ...image, ...seedOf(json, index) }]
    }),
    withheld: list.flatMap((_, index) =>
      isUnsafe(index) ? [failure('content_policy_output', message)] : [],
    ),
  }
}

/** The seed is that of the first picture; how the others follow from it is not published. */
const seedOf = ({ seed }: Record<string, unknown>, index: number): { readonly seed?: number } =>
  index === 0 && typeof seed === 'number' && Number.isSafeInteger(seed) ? { seed } : {}
