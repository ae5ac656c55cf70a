/** How one field of an input is checked. */
export type FieldRule =
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' | 'text' | 'file' }
  | { readonly kind: 'files'; readonly max: number }
  | { readonly kind: 'choice'; readonly values: readonly string[] }

/** One emulated model. Amounts are in nano-dollars, written here apart from `prices.json`. */
export interface EmulatedModel {
  readonly owner: string
  readonly name: string
  readonly isOfficial: boolean
  readonly fields: Readonly<Record<string, FieldRule>>
  readonly required: readonly string[]
  /** A single link, or a list of them. */
  readonly output: 'one' | 'list'
  /** The field with the number of pictures. */
  readonly countField?: string
  readonly price: { readonly perImageNano: bigint } | { readonly perSecondNano: bigint }
  readonly hardware: string
  /** Seconds of one picture at the usual steps. */
  readonly seconds: number
  readonly usualSteps?: { readonly field: string; readonly steps: number }
  /** The format when none is asked for, and whether one can be. */
  readonly format: 'png' | 'jpg' | 'webp'
  /** Pixels of a picture that has only a shape. */
  readonly pixels: number
}

/** Any text. */
export const TEXT: FieldRule = { kind: 'text' }
/** True or false. */
export const BOOLEAN: FieldRule = { kind: 'boolean' }
/** A link or a data URI. */
export const FILE: FieldRule = { kind: 'file' }
/** A seed. */
export const SEED: FieldRule = { kind: 'integer', min: 0, max: 4_294_967_295 }
/** 0 to 1. */
export const SHARE: FieldRule = { kind: 'number', min: 0, max: 1 }
/** A whole number within bounds. */
export const integer = (min: number, max: number): FieldRule => ({ kind: 'integer', min, max })
/** A number within bounds. */
export const number = (min: number, max: number): FieldRule => ({ kind: 'number', min, max })
/** One of these words. */
export const choice = (...values: string[]) => ({ kind: 'choice', values }) as const

/** Pixels of most models' pictures. */
export const MEGAPIXEL = 1_024 * 1_024
const NANO_PER_MILLI = 1_000_000n

/** Shapes of the first FLUX models. */
export const fluxShapes = choice(
  ...['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21'],
)
/** Shapes of FLUX.1 Kontext. */
export const kontextShapes = choice(
  ...['match_input_image', '1:1', '16:9', '9:16', '4:3', '3:4', '3:2', '2:3', '4:5', '5:4'],
  ...['21:9', '9:21', '2:1', '1:2'],
)
/** Shapes of Ideogram and Leonardo. */
export const ideogramShapes = choice(
  ...['1:3', '3:1', '1:2', '2:1', '9:16', '16:9', '10:16', '16:10', '2:3', '3:2', '3:4', '4:3'],
  ...['4:5', '5:4', '1:1'],
)
/** Output fields of models with three formats. */
export const formats = {
  output_format: choice('webp', 'jpg', 'png'),
  output_quality: integer(0, 100),
}
/** The output field of models with two formats. */
export const jpgOrPng = { output_format: choice('jpg', 'png') }

/** What official models have in common: one picture a call, paid by the picture. */
export const official = {
  isOfficial: true,
  required: ['prompt'],
  output: 'one',
  hardware: 'cpu',
  pixels: MEGAPIXEL,
} as const
/** A price by the picture. */
export const perImage = (milliDollars: number) => ({
  perImageNano: BigInt(milliDollars) * NANO_PER_MILLI,
})
