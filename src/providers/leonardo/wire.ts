import { isObject, type JsonObject } from '../../core/json.ts'
import { decimal } from '../../core/pricing/decimal.ts'
import type { HttpAnswer } from '../../ports/http-client.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { submittedJob } from '../shared/poll-reader.ts'
import { postJson } from '../shared/wire-request.ts'
import { failures } from './classify.ts'
import { readOptions } from './options.ts'
import { uploadedIds } from './uploads.ts'

/** Medium; the models of that family want one. */
const USUAL_CONTRAST = 3.5

/** Prints a call. Nothing of it is shown in Leonardo's public feed. */
export function toWire(call: ProviderCall, uploads: readonly HttpAnswer[]): WireRequest {
  const { model, settings } = call
  const { width, height } = settings.size ?? call.expectedSize
  const options = readOptions(call)
  const usualContrast = model.wire.family === 'contrast' ? USUAL_CONTRAST : undefined
  const value: JsonObject = {
    prompt: call.prompt,
    modelId: model.wireName ?? model.id,
    width,
    height,
    num_images: call.n,
    negative_prompt: settings.negativePrompt,
    guidance_scale: settings.guidance,
    num_inference_steps: settings.steps,
    seed: settings.seed,
    public: false,
    alchemy: options.alchemy,
    ultra: options.ultra,
    contrast: options.contrast ?? usualContrast,
    styleUUID: options.style_uuid,
    presetStyle: options.preset_style,
    enhancePrompt: options.enhance_prompt,
    elements: options.elements,
    ...toInputs(call, uploadedIds(uploads)),
  }
  return postJson('/generations', value)
}

function toInputs(call: ProviderCall, ids: readonly string[]): JsonObject {
  if (call.images.length === 0) return {}
  if (call.model.wire.family === 'kontext') {
    return { contextImages: ids.map((id) => ({ type: 'UPLOADED', id })) }
  }
  return { init_image_id: ids[0] ?? '', init_strength: readOptions(call).init_strength }
}

/** Reads the answer to a submit: the id of the job, and what it costs. */
export function fromWire(answer: HttpAnswer): WireOutcome {
  const { json } = answer
  const job = isObject(json) && isObject(json.sdGenerationJob) ? json.sdGenerationJob : {}
  return submittedJob(answer, job.generationId, (id) => `/generations/${id}`, {
    words: failures.wordsOf(answer),
    facts: { dollars: dollarsOf(job.cost) },
  })
}

/** The charge, where it is in dollars; what a credit of an older plan costs, nobody says. */
function dollarsOf(cost: unknown): string | undefined {
  if (!isObject(cost) || cost.unit !== 'DOLLARS') return undefined
  const { amount } = cost
  const text = typeof amount === 'number' ? String(amount) : amount
  const isAmount = typeof text === 'string' && /^\d+(?:\.\d+)?(?:e-?\d+)?$/i.test(text)
  return isAmount ? decimal(text).toFixed() : undefined
}
