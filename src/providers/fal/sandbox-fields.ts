import type { ImageFormat } from '../../core/request/image-request.ts'

/** How one field of an input is checked. */
export type FieldRule =
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' | 'text' | 'file' | 'list' | 'size' }
  | { readonly kind: 'files'; readonly max: number }
  | { readonly kind: 'choice'; readonly values: readonly string[] }

/** How fal counts what it charges; amounts are the emulator's own, apart from `prices.json`. */
export interface EmulatedPrice {
  readonly unit: 'megapixels' | 'images'
  /** Micro-dollars for each unit. */
  readonly micro: number
  /** Micro-dollars for each further megapixel and each of the inputs; absent = as the first. */
  readonly extraMicro?: number
}

/** One emulated endpoint. */
export interface EmulatedEndpoint {
  readonly fields: Readonly<Record<string, FieldRule>>
  readonly required: readonly string[]
  readonly price: EmulatedPrice
  readonly seconds: number
  /** The format of all pictures, or the usual one where `output_format` can be set. */
  readonly format: ImageFormat
  /** Pixels of a picture that has only a shape. */
  readonly pixels: number
  /** Whether each picture is flagged as safe or not. */
  readonly flags: boolean
  /** `image` instead of `images`. */
  readonly isSingle: boolean
}

/** Any text. */
export const TEXT: FieldRule = { kind: 'text' }
/** True or false. */
export const BOOLEAN: FieldRule = { kind: 'boolean' }
/** A link or a data URI. */
export const FILE: FieldRule = { kind: 'file' }
/** A named size, or width and height. */
export const SIZE: FieldRule = { kind: 'size' }
/** Any list. */
export const LIST: FieldRule = { kind: 'list' }
/** A whole number within bounds. */
export const integer = (min: number, max: number): FieldRule => ({ kind: 'integer', min, max })
/** A number within bounds. */
export const number = (min: number, max: number): FieldRule => ({ kind: 'number', min, max })
/** One of these words. */
export const choice = (...values: string[]): FieldRule => ({ kind: 'choice', values })
/** Several links or data URIs. */
export const files = (max: number): FieldRule => ({ kind: 'files', max })
/** Levels as text, from 1 on. */
export const levels = (most: number): FieldRule =>
  choice(...Array.from({ length: most }, (_, index) => String(index + 1)))

/** Fields of nearly all endpoints. */
export const common = {
  prompt: TEXT,
  seed: integer(0, 4_294_967_295),
  sync_mode: BOOLEAN,
} as const
/** The same, for endpoints that make several pictures. */
export const many = { ...common, num_images: integer(1, 4) } as const
/** The safety checker. */
export const checker = { enable_safety_checker: BOOLEAN } as const
/** Speed against quality. */
export const speed = { acceleration: choice('none', 'regular', 'high') } as const
/** Output fields of older endpoints. */
export const twoFormats = { output_format: choice('jpeg', 'png') } as const
/** Output fields of newer endpoints. */
export const threeFormats = { output_format: choice('jpeg', 'png', 'webp') } as const
/** Denoising steps. */
export const steps = (most: number) => ({ num_inference_steps: integer(1, most) })
/** How closely the prompt is followed. */
export const guidance = (most: number) => ({ guidance_scale: number(0, most) })

const MEGAPIXEL = 1_024 * 1_024

type Rest = Partial<EmulatedEndpoint> & Pick<EmulatedEndpoint, 'fields' | 'price' | 'seconds'>
/** An endpoint with what is usual. */
export const endpoint = (rest: Rest): EmulatedEndpoint => ({
  required: ['prompt'],
  format: 'jpeg',
  pixels: MEGAPIXEL,
  flags: true,
  isSingle: false,
  ...rest,
})

/** A price by the megapixel. */
export const perMegapixel = (micro: number): EmulatedPrice => ({ unit: 'megapixels', micro })
/** A price by the picture. */
export const perImage = (micro: number): EmulatedPrice => ({ unit: 'images', micro })

/** Fields of FLUX.1 [dev] and its kin. */
export const fluxFields = {
  ...many,
  ...checker,
  ...speed,
  ...twoFormats,
  ...steps(50),
  ...guidance(20),
  image_size: SIZE,
}
/** Shapes that several families have in common. */
export const shapes = (...more: string[]) =>
  choice('21:9', '16:9', '4:3', '3:2', '1:1', '2:3', '3:4', '9:16', ...more)
/** For endpoints that need one picture. */
export const withImage = { required: ['prompt', 'image_url'] }
/** For endpoints that need pictures. */
export const withImages = { required: ['prompt', 'image_urls'] }
