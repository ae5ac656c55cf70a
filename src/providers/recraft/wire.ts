import { isObject, type JsonObject } from '../../core/json.ts'
import type { Operation } from '../../core/request/image-request.ts'
import type { Expansion } from '../../core/request/operation-details.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { fileParts, toForm } from '../shared/form.ts'
import { fromPictureList } from '../shared/openai-images/picture-list.ts'
import { concluded, reportedUnits, requestIdOf } from '../shared/picture-answer.ts'
import { unreadable } from '../shared/status-failure.ts'
import { postJson } from '../shared/wire-request.ts'
import { classifyInside } from './classify.ts'
import { acceptedOptions } from './options.ts'

/** 1,000 API units are a dollar (recraft.ai/docs/api-reference/pricing, read 2026-11-25). */
const NANO_PER_UNIT = 1_000_000

/** How far an edit moves from its input unless asked otherwise; Recraft wants to be told. */
const USUAL_STRENGTH = 0.5

const paths: { readonly [Name in Operation]?: string } = {
  edit: '/images/imageToImage',
  inpaint: '/images/inpaint',
  replace_background: '/images/replaceBackground',
  outpaint: '/images/outpaint',
}

/** Tools are paths of their own, and work without words. */
const toolOf = ({ model }: Pick<ProviderCall, 'model'>): string | undefined =>
  typeof model.wire.path === 'string' ? model.wire.path : undefined

/** Prints a call: a generation as JSON, what has an input image as a form. */
export function toWire(call: ProviderCall): WireRequest {
  const { operation, settings } = call
  const tool = toolOf(call)
  const fields: JsonObject = {
    ...(tool === undefined ? toPicture(call) : {}),
    ...(operation === 'variation' ? toRemix(call) : {}),
    image_format: settings.format,
    response_format: 'b64_json',
    ...acceptedOptions(call),
  }
  const url = tool ?? paths[operation] ?? '/images/generations'
  if (operation === 'generate') return postJson(url, fields)
  return toForm(url, fields, fileParts({ ...call, images: call.images.slice(0, 1) }))
}

/** What a model is told beside its input. */
const toPicture = ({ model, operation, settings, ...call }: ProviderCall): JsonObject => ({
  prompt: call.prompt,
  model: model.wireName ?? model.id,
  n: call.n,
  ...(operation === 'generate' ? toSize(settings.size ?? call.expectedSize) : {}),
  ...(operation === 'edit' ? { strength: USUAL_STRENGTH } : {}),
  ...(call.details?.kind === 'outpaint' ? toMargins(call.details.expand) : {}),
  negative_prompt: settings.negativePrompt,
  random_seed: settings.seed,
})

const toMargins = ({ left, right, top, bottom }: Expansion): JsonObject => ({
  expand_left: left,
  expand_right: right,
  expand_top: top,
  expand_bottom: bottom,
})

/** A remix looks at its input alone, and may have another shape. */
const toRemix = ({ model, settings, expectedSize }: ProviderCall): JsonObject => ({
  model: model.wireName,
  ...toSize(settings.size ?? expectedSize),
  random_seed: settings.seed,
})

const toSize = ({ width, height }: ProviderCall['expectedSize']): JsonObject => ({
  size: `${width}x${height}`,
})

/** Reads an answer of status 2xx; also one that is no picture at all. */
export function fromWire(answer: HttpAnswer, { n }: ProviderCall): WireOutcome {
  const { json } = answer
  const id = requestIdOf(answer)
  if (!isObject(json)) return { kind: 'failed', failure: unreadable(answer, 'Recraft'), ...id }
  if (typeof json.code === 'string' && json.data === undefined) {
    return { kind: 'failed', failure: classifyInside(answer), ...id }
  }
  // Tools answer with one `image` in place of a list.
  const listed = Array.isArray(json.data) ? json : { data: [json.image] }
  return concluded(answer, {
    service: 'Recraft',
    asked: n,
    images: fromPictureList({ json: listed, images: answer.images }, n),
    facts: { ...reportedUnits(json.credits, NANO_PER_UNIT), ...id },
    missingBilled: 'unknown',
  })
}
