import type { Model } from '../../core/catalog/model.ts'
import { isObject } from '../../core/json.ts'
import { readImageHeader } from '../../core/quality/image-header.ts'
import { parseAspect } from '../../core/request/aspect.ts'
import type { Size } from '../../core/request/image-request.ts'
import { ok, type Result, refused } from '../../core/result.ts'
import type { EmulatorAnswer } from '../shared/emulator.ts'
import { readModelsFile } from '../shared/models-file.ts'
import modelsFile from './models.json' with { type: 'json' }
import { badArgument, noSuchModel } from './sandbox-errors.ts'

/** The models, as `GET /models` lists them. */
export const { models } = readModelsFile('xai', modelsFile)

/** A picture request that xAI would accept. */
export interface PictureRequest {
  readonly model: Model
  readonly prompt: string
  readonly n: number
  readonly size: Size
  readonly resolution: '1k' | '2k'
  readonly quality: 'low' | 'medium'
  readonly wantsLinks: boolean
  readonly inputs: number
}

const ARGUMENTS = ['model', 'prompt', 'n', 'response_format', 'aspect_ratio', 'resolution', 'user']
const EDIT_ARGUMENTS = ['image', 'images']
const MOST_PICTURES = 10

type Body = Record<string, unknown>

/** Checks a request as strictly as xAI does; the first flaw is its answer. */
export function readPictureRequest(
  kind: 'generations' | 'edits',
  body: Body,
): Result<PictureRequest, EmulatorAnswer> {
  const name = String(body.model ?? 'grok-imagine-image')
  const model = models.find(({ id, otherNames }) => id === name || otherNames.includes(name))
  if (model === undefined) return refused(noSuchModel(name))
  const inputs = inputsOf(body)
  const flaw = flawOf(kind, body, model) ?? flawOfInputs(kind, inputs, model)
  if (flaw !== undefined) return refused(badArgument(flaw))
  const usual = kind === 'edits' ? 'medium' : 'low'
  const resolution = body.resolution === '2k' ? '2k' : '1k'
  return ok({
    model,
    prompt: String(body.prompt),
    n: Number(body.n ?? 1),
    size: pixelsOf(shapeOf(body.aspect_ratio, inputs[0]), resolution),
    resolution,
    quality: body.quality === 'low' || body.quality === 'medium' ? body.quality : usual,
    wantsLinks: body.response_format !== 'b64_json',
    inputs: inputs.length,
  })
}

function flawOf(kind: 'generations' | 'edits', body: Body, model: Model): string | undefined {
  const taken = [
    ...ARGUMENTS,
    ...(kind === 'edits' ? EDIT_ARGUMENTS : []),
    ...(model.qualities.length > 0 ? ['quality'] : []),
  ]
  const unknown = Object.keys(body).find((name) => !taken.includes(name))
  if (unknown !== undefined) return `Argument not supported: ${unknown}`
  if (typeof body.prompt !== 'string' || body.prompt.trim() === '') return 'Prompt cannot be empty.'
  const { n = 1 } = body
  if (!Number.isInteger(n) || Number(n) < 1 || Number(n) > MOST_PICTURES) {
    return `Number of images must be between 1 and ${MOST_PICTURES}.`
  }
  const aspects = model.sizes.kind === 'aspect' ? model.sizes.aspects : []
  const choices: { readonly [name: string]: readonly string[] } = {
    aspect_ratio: [...aspects, 'auto'],
    resolution: ['1k', '2k'],
    quality: ['low', 'medium', 'auto'],
    response_format: ['url', 'b64_json'],
  }
  for (const [name, allowed] of Object.entries(choices)) {
    const value = body[name]
    if (value !== undefined && !allowed.includes(String(value))) {
      return `Invalid ${name}: ${String(value)}. Must be one of ${allowed.join(', ')}.`
    }
  }
  return undefined
}

/** Input pictures as data URLs; the emulator fetches nothing. */
function inputsOf({ image, images }: Body): readonly (Uint8Array | undefined)[] {
  const list = Array.isArray(images) ? images : image === undefined ? [] : [image]
  return list.map((entry) => {
    const url = isObject(entry) ? entry.url : undefined
    const match = typeof url === 'string' ? /^data:image\/\w+;base64,(.+)$/s.exec(url) : null
    return match?.[1] === undefined ? undefined : Buffer.from(match[1], 'base64')
  })
}

function flawOfInputs(
  kind: 'generations' | 'edits',
  inputs: readonly (Uint8Array | undefined)[],
  model: Model,
): string | undefined {
  if (kind === 'generations') return undefined
  if (inputs.length === 0) return 'An image is required.'
  if (inputs.length > model.maxInputImages) {
    return `At most ${model.maxInputImages} input images are supported.`
  }
  const isUnread = inputs.some((bytes) => bytes === undefined || !readImageHeader(bytes))
  return isUnread ? 'Failed to read an input image.' : undefined
}

/** Width over height: what is asked for, else that of the picture that is edited. */
function shapeOf(aspect: unknown, input: Uint8Array | undefined): number {
  const asked = typeof aspect === 'string' ? parseAspect(aspect) : undefined
  const header = input === undefined ? undefined : readImageHeader(input)
  return asked ?? (header === undefined ? 1 : header.width / header.height)
}

/** Edges in whole steps of 16; which pixels a shape gets is not published, this is our own. */
function pixelsOf(ratio: number, resolution: '1k' | '2k'): Size {
  const edge = resolution === '2k' ? 2048 : 1024
  const stepped = (length: number): number => Math.max(64, Math.round(length / 16) * 16)
  return {
    width: stepped(edge * Math.sqrt(ratio)),
    height: stepped(edge / Math.sqrt(ratio)),
  }
}
