import type { Size } from '../../core/request/image-request.ts'

/** How one field of a form is checked. */
export type FieldRule =
  | { readonly kind: 'text'; readonly max: number }
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly values: readonly string[] }

/** How a picture's size follows from its input, or from the shape asked for. */
export type OutputRule =
  | 'input'
  | 'grown'
  | 'four_times'
  | 'four_megapixels'
  | 'eight_megapixels'
  | 'shape'

/** One emulated service: a path of the API. */
export interface EmulatedService {
  readonly fields: Readonly<Record<string, FieldRule>>
  readonly files: readonly string[]
  readonly required: readonly string[]
  /** Price in micro-dollars and usual seconds, by model; services without a choice have one. */
  readonly models: Readonly<Record<string, EmulatedModel>>
  readonly defaultModel: string
  /** Pixel sizes by shape; absent where the picture follows its input. */
  readonly sizes?: Readonly<Record<string, Size>> | undefined
  /** How the picture's size follows from its input; `shape` = from the shape asked for. */
  readonly output?: OutputRule
  readonly maxInputPixels: number
  readonly minEdge?: number
  readonly maxEdge?: number
  /** Longer edge over shorter edge of an input, at most. */
  readonly maxInputRatio?: number
  /** Answers with the id of a job instead of the picture. */
  readonly isJob?: boolean
  readonly isTransparent?: boolean
}

/** Price and speed of one model. */
export interface EmulatedModel {
  readonly micro: number
  readonly seconds: number
}

/** A size in pixels. */
export const size = (width: number, height: number): Size => ({ width, height })

/** Sizes near one megapixel; Stability publishes none, these are the emulator's own. */
export const ONE_MEGAPIXEL: Readonly<Record<string, Size>> = {
  '21:9': size(1_536, 640),
  '16:9': size(1_344, 768),
  '3:2': size(1_216, 832),
  '5:4': size(1_152, 896),
  '1:1': size(1_024, 1_024),
  '4:5': size(896, 1_152),
  '2:3': size(832, 1_216),
  '9:16': size(768, 1_344),
  '9:21': size(640, 1_536),
}

/** Sizes near one and a half megapixels; the emulator's own as well. */
export const ONE_AND_A_HALF: Readonly<Record<string, Size>> = {
  '21:9': size(1_872, 800),
  '16:9': size(1_632, 920),
  '3:2': size(1_504, 1_000),
  '5:4': size(1_368, 1_096),
  '1:1': size(1_224, 1_224),
  '4:5': size(1_096, 1_368),
  '2:3': size(1_000, 1_504),
  '9:16': size(920, 1_632),
  '9:21': size(800, 1_872),
}

/** Words, of any field that takes some. */
export const PROMPT: FieldRule = { kind: 'text', max: 10_000 }
/** A number from 0 to 1. */
export const share: FieldRule = { kind: 'number', min: 0, max: 1 }

/** Fields that every service has (Stability API reference, read 2026-11-20). */
export const common = {
  prompt: PROMPT,
  negative_prompt: PROMPT,
  seed: { kind: 'integer', min: 0, max: 4_294_967_294 },
  output_format: { kind: 'choice', values: ['jpeg', 'png', 'webp'] },
  style_preset: {
    kind: 'choice',
    values: (
      '3d-model analog-film anime cinematic comic-book digital-art enhance fantasy-art isometric ' +
      'line-art low-poly modeling-compound neon-punk origami photographic pixel-art tile-texture'
    ).split(' '),
  },
} as const satisfies Readonly<Record<string, FieldRule>>

/** Shapes by name. */
export const aspect: FieldRule = { kind: 'choice', values: Object.keys(ONE_MEGAPIXEL) }
