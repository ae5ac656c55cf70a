import { type ImageHeader, readImageHeader } from '../../core/quality/image-header.ts'
import type { Size } from '../../core/request/image-request.ts'
import { stylePresets } from './options.ts'
import {
  common,
  type EmulatedModel,
  type FieldRule,
  MIN_EDGE,
  PICTURE,
  SHARE,
} from './sandbox-fields.ts'
import { emulatedServices } from './sandbox-services.ts'

const generated = {
  ...common,
  mode: { kind: 'choice', values: ['text-to-image', 'image-to-image'] },
  aspect_ratio: {
    kind: 'choice',
    values: ['16:9', '1:1', '21:9', '2:3', '3:2', '4:5', '5:4', '9:16', '9:21'],
  },
  output_format: { kind: 'choice', values: ['jpeg', 'png', 'JPEG', 'PNG'] },
} as const satisfies Readonly<Record<string, FieldRule>>

const edited = { ...generated, image: PICTURE, strength: SHARE } as const

const inpainted = {
  ...common,
  image: PICTURE,
  mask: PICTURE,
  grow_mask: { kind: 'integer', min: 0, max: 20 },
  style_preset: { kind: 'choice', values: stylePresets },
  output_format: { kind: 'choice', values: ['jpeg', 'png', 'webp'] },
} as const satisfies Readonly<Record<string, FieldRule>>

/**
 * The emulated models by id on the wire. Prices: LiteLLM price list of 2026-08-01, read 2026-11-20;
 * seconds and pixels are the emulator's own.
 */
export const emulatedModels: Readonly<Record<string, EmulatedModel>> = {
  'stability.stable-image-core-v1:1': {
    nano: 40_000_000n,
    seconds: 4,
    fields: generated,
    required: ['prompt'],
    pixels: 1_500_000,
  },
  'stability.stable-image-ultra-v1:1': {
    nano: 140_000_000n,
    seconds: 8,
    fields: edited,
    required: ['prompt'],
    pixels: 1_048_576,
  },
  'stability.sd3-5-large-v1:0': {
    nano: 80_000_000n,
    seconds: 6,
    fields: edited,
    required: ['prompt'],
    pixels: 1_048_576,
  },
  ...emulatedServices,
  'us.stability.stable-image-inpaint-v1:0': {
    nano: 70_000_000n,
    seconds: 7,
    fields: inpainted,
    required: ['image', 'prompt'],
  },
}

/** Models that were shut down by 2026-09-30; their ids are known and answer so. */
export const endedModels: readonly string[] = [
  'amazon.nova-canvas-v1:0',
  'amazon.titan-image-generator-v2:0',
]

/** A body as the emulator works with it. */
export type Fields = Readonly<Record<string, unknown>>

/** The first thing that is wrong with a body, as Bedrock says it: `#/seed: 7.5 is not …`. */
export function problemWith(model: EmulatedModel, fields: Fields): string | undefined {
  const missing = model.required.find((name) => fields[name] === undefined)
  if (missing !== undefined) return `#: required key [${missing}] not found`
  for (const [name, value] of Object.entries(fields)) {
    const rule = Object.hasOwn(model.fields, name) ? model.fields[name] : undefined
    if (rule === undefined) return `#: extraneous key [${name}] is not permitted`
    const problem = flawOf(value, rule)
    if (problem !== undefined) return `#/${name}: ${problem}`
  }
  const hasImage = fields.image !== undefined
  if (model.fields.strength !== undefined && hasImage !== (fields.strength !== undefined)) {
    return hasImage ? '#: required key [strength] not found' : '#: required key [image] not found'
  }
  const isImageMode = fields.mode === 'image-to-image'
  if (isImageMode && !hasImage) return '#: required key [image] not found'
  const isModel = model.fields.mode !== undefined
  if (isModel && hasImage && fields.aspect_ratio !== undefined) {
    return '#: extraneous key [aspect_ratio] is not permitted'
  }
  const needsMask = model.fields.mask !== undefined && fields.mask === undefined
  const hasHole = needsMask && pictureOf(fields.image)?.hasAlpha === true
  return needsMask && !hasHole ? '#: required key [mask] not found' : undefined
}

function flawOf(value: unknown, rule: FieldRule): string | undefined {
  switch (rule.kind) {
    case 'text': {
      if (typeof value !== 'string') return 'expected type: String'
      return value.length <= rule.max ? undefined : `expected maxLength: ${rule.max}`
    }
    case 'choice': {
      const isListed = rule.values.some((listed) => listed === value)
      return isListed ? undefined : `${String(value)} is not a valid enum value`
    }
    case 'picture': {
      const header = pictureOf(value)
      if (header === undefined) return 'expected a base64 encoded image'
      const { width, height } = header
      const isFit =
        Math.min(width, height) >= (rule.minEdge ?? MIN_EDGE) && width * height <= rule.maxPixels
      return isFit ? undefined : `${width}x${height} is not within the limits of an image`
    }
    default: {
      const isNumber = typeof value === 'number'
      if (!isNumber || (rule.kind === 'integer' && !Number.isInteger(value))) {
        return `expected type: ${rule.kind === 'integer' ? 'Integer' : 'Number'}`
      }
      const isWithin = value >= rule.min && value <= rule.max
      return isWithin ? undefined : `${value} is not between ${rule.min} and ${rule.max}`
    }
  }
}

/** The header of a picture that came as base64; undefined when it is none. */
function pictureOf(value: unknown): ImageHeader | undefined {
  return typeof value === 'string' ? readImageHeader(Buffer.from(value, 'base64')) : undefined
}

/** Pixels are made in steps of so many along each edge. */
const EDGE_STEP = 8

/** Pixels of the output: those of the shape asked for, or what follows from the input. */
export function outputSize(model: EmulatedModel, fields: Fields): Size {
  const { pixels = 0, output } = model
  const input = pictureOf(fields.image ?? fields.init_image)
  if (input !== undefined && pixels === 0) return grownSize(input, fields, output)
  if (input !== undefined && model.fields.mode !== undefined) {
    return { width: input.width, height: input.height }
  }
  const { aspect_ratio: shape } = fields
  const [across = 1, down = 1] = typeof shape === 'string' ? shape.split(':').map(Number) : []
  const edge = (ratio: number): number =>
    Math.round(Math.sqrt(pixels * ratio) / EDGE_STEP) * EDGE_STEP
  return { width: edge(across / down), height: edge(down / across) }
}

function grownSize(
  { width, height }: Size,
  { left, right, up, down }: Fields,
  output: EmulatedModel['output'],
): Size {
  if (output === undefined) return { width, height }
  if (output === 'grown') {
    const pixels = (value: unknown) => Number(value ?? 0)
    return {
      width: width + pixels(left) + pixels(right),
      height: height + pixels(up) + pixels(down),
    }
  }
  const scale = output === 'four_times' ? 4 : Math.sqrt(output.filledTo / (width * height))
  return { width: Math.floor(width * scale), height: Math.floor(height * scale) }
}
