import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import type { HttpAnswer, ImageBytes } from '../../ports/http-client.ts'
import type { CallPlan, ProviderCall } from '../../ports/provider.ts'
import { toDataUrl } from '../shared/data-url.ts'
import type { WireOutcome, WireRequest } from '../shared/definition.ts'
import { drawnSize } from '../shared/own-models.ts'
import { measuredSeconds } from '../shared/own-price.ts'
import { postJson } from '../shared/wire-request.ts'
import { answerWords } from './failures.ts'
import { type A1111Options, acceptedOptions } from './options.ts'

/** The one sampler that every version and fork of the server has. */
const SAMPLER = 'Euler'
/** FLUX is guided by itself; the other guidance stays off (Forge's README, read 2026-11-20). */
const NO_GUIDANCE = 1
/** What the server itself takes for edits (modules/api/models.py, read 2026-11-20). */
const STRENGTH = 0.75
const FILLS = ['fill', 'original', 'latent_noise', 'latent_nothing'] as const

/** Prints a call as txt2img or img2img. Nothing is saved on the server, and no grid is made. */
export function toWire(call: ProviderCall): WireRequest {
  const { model, settings } = call
  const options = acceptedOptions(call)
  const isDistilled = model.wire.is_distilled === true
  const guidance = settings.guidance ?? model.guidance?.default
  const value = {
    prompt: withLoras(call.prompt, options),
    negative_prompt: settings.negativePrompt ?? '',
    styles: options.styles,
    seed: settings.seed ?? -1,
    steps: settings.steps ?? model.steps?.default,
    cfg_scale: isDistilled ? NO_GUIDANCE : guidance,
    distilled_cfg_scale: isDistilled ? guidance : undefined,
    ...drawnSize(call),
    batch_size: call.n,
    n_iter: 1,
    sampler_name: options.sampler ?? model.wire.sampler ?? SAMPLER,
    scheduler: options.scheduler ?? model.wire.scheduler,
    restore_faces: options.restore_faces,
    tiling: options.tiling,
    override_settings: toOverrides(call, options),
    // Going back after each call would load two checkpoints for one picture.
    override_settings_restore_afterwards: false,
    save_images: false,
    send_images: true,
    force_task_id: call.attemptId,
    ...toInputs(call, options),
  }
  const name = call.operation === 'generate' ? 'txt2img' : 'img2img'
  return postJson(`/sdapi/v1/${name}`, sent(value))
}

const sent = (value: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined))

/** LoRAs are asked for by tags in the prompt; the server has no other place for them. */
const withLoras = (prompt: string, { loras = [] }: A1111Options): string =>
  [prompt, ...loras.map(({ name, weight }) => `<lora:${name}:${weight}>`)].join(' ').trim()

function toOverrides({ model }: ProviderCall, options: A1111Options): JsonObject {
  return sent({
    sd_model_checkpoint: model.wire.checkpoint,
    CLIP_stop_at_last_layers: options.clip_skip ?? model.wire.clip_skip,
    return_grid: false,
  })
}

function toInputs({ images, mask }: ProviderCall, options: A1111Options): JsonObject {
  const [input] = images
  if (input === undefined) return {}
  const base = {
    init_images: [toDataUrl(input)],
    denoising_strength: options.strength ?? STRENGTH,
    resize_mode: options.resize_mode ?? 1,
  }
  if (mask === undefined) return base
  return {
    ...base,
    mask: toDataUrl(mask),
    inpainting_mask_invert: 0,
    mask_blur: options.mask_blur ?? 4,
    inpainting_fill: FILLS.indexOf(options.fill ?? 'original'),
    inpaint_full_res: options.only_masked ?? false,
    inpaint_full_res_padding: options.only_masked_padding ?? 32,
  }
}

/**
 * Reads a success. `info` is JSON in a string. The first picture of a batch may be a grid of all,
 * and further ones may be drawings of extensions: only those that have a seed are pictures.
 */
export function fromWire(answer: HttpAnswer, call: ProviderCall): WireOutcome {
  const { json, images } = answer
  const usage = measuredSeconds(Number(answer.headers['x-process-time'] ?? Number.NaN), call)
  if (!isObject(json) || !Array.isArray(json.images)) {
    const message = `no pictures in a success: ${answerWords(answer)}`
    return { kind: 'failed', failure: withoutPictures(json, message), usage }
  }
  const info = readInfo(json.info)
  const stranger = otherCheckpoint(call, info)
  if (stranger !== undefined) {
    const message = `the server does not have ${call.model.wireName}; it painted with ${stranger}`
    const details = { billed: true, providerCode: 'other_checkpoint' } as const
    return { kind: 'failed', failure: failure('model_gone', message, details), usage }
  }
  const seeds = Array.isArray(info.all_seeds) ? info.all_seeds : []
  const pictures = withoutExtras(images, seeds.length || call.n, info)
  const missing = call.n - pictures.length
  if (pictures.length === 0) {
    const message = 'the server answered without a picture; was the job interrupted?'
    return { kind: 'failed', failure: failure('empty', message), usage: { images: 0, ...usage } }
  }
  return {
    kind: 'produced',
    images: pictures.slice(0, call.n).map((image, index) => {
      const seed = Number(seeds[index] ?? Number.NaN)
      return { ...image, ...(Number.isSafeInteger(seed) ? { seed } : {}) }
    }),
    withheld: Array.from({ length: Math.max(0, missing) }, () =>
      failure('empty', 'the server gave fewer pictures than the batch has', { billed: false }),
    ),
    usage: { images: Math.min(call.n, pictures.length), ...usage },
  }
}

/** An error in a success: the server, or a proxy, may have worked for it or not. */
function withoutPictures(json: unknown, message: string): ProviderFailure {
  if (!isObject(json)) return failure('bad_image', message)
  const isError = json.error !== undefined || json.detail !== undefined
  return isError ? failure('overloaded', message, { billed: 'unknown' }) : failure('empty', message)
}

function readInfo(info: unknown): Readonly<Record<string, unknown>> {
  if (typeof info !== 'string') return isObject(info) ? info : {}
  try {
    const read: unknown = JSON.parse(info)
    return isObject(read) ? read : {}
  } catch {
    return {}
  }
}

/** Drops the grid before and the drawings after the pictures. */
function withoutExtras(
  images: readonly ImageBytes[],
  count: number,
  info: Readonly<Record<string, unknown>>,
): readonly ImageBytes[] {
  const told = info.index_of_first_image
  const isTold = typeof told === 'number' && Number.isInteger(told) && told >= 0
  const first = isTold ? told : images.length === count + 1 ? 1 : 0
  return images.slice(first, first + count)
}

/**
 * The checkpoint that painted, when it is not the one asked for: the server takes a name that it
 * does not know for none, and paints with what is loaded.
 */
function otherCheckpoint(
  { model }: Pick<CallPlan, 'model'>,
  info: Readonly<Record<string, unknown>>,
): string | undefined {
  const { sd_model_name: painted, sd_model_hash: hash } = info
  const { checkpoint: asked } = model.wire
  if (typeof asked !== 'string' || typeof painted !== 'string' || painted === '') return undefined
  if (typeof hash === 'string' && hash !== '' && asked.includes(hash)) return undefined
  const [wanted, found] = [bareName(asked), bareName(painted)]
  // Some versions write the folder into the name: `sdxl_base` for `sdxl/base`.
  return wanted === found || wanted.endsWith(`_${found}`) ? undefined : painted.slice(0, 100)
}

/** `sdxl/base.safetensors [31e35c80fc]` and `base` are the same checkpoint. */
const bareName = (title: string): string =>
  title
    .replace(/\s*\[[0-9a-f]+\]$/i, '')
    .replace(/^.*[\\/]/, '')
    .replace(/\.(safetensors|ckpt|gguf|pt|sft)$/i, '')
    .toLowerCase()
