import {
  aspect,
  common,
  type EmulatedModel,
  type EmulatedService,
  type FieldRule,
  ONE_MEGAPIXEL,
  PROMPT,
  share,
} from './sandbox-fields.ts'

const SEED = common.seed
const pixels: FieldRule = { kind: 'integer', min: 0, max: 2_000 }
const choice = (...values: string[]): FieldRule => ({ kind: 'choice', values })
const number = (min: number, max: number): FieldRule => ({ kind: 'number', min, max })

/** Members of most services (Stability API reference, read 2026-11-20). */
const format = { output_format: choice('jpeg', 'png', 'webp') } as const
const drawn = { seed: SEED, ...format } as const
const steered = { prompt: PROMPT, negative_prompt: PROMPT, ...drawn } as const
const grown = { grow_mask: { kind: 'integer', min: 0, max: 20 } } as const

/** Largest input of edits and of upscales, in pixels (same source). */
const EDIT_PIXELS = 9_437_184
const MEGAPIXEL = 1_048_576
/** Inputs of edits are at most so long (same source, of medium confidence). */
const EDIT_RATIO = 2.5

const priced = (name: string, micro: number, seconds: number) => ({
  models: { [name]: { micro, seconds } } satisfies Record<string, EmulatedModel>,
  defaultModel: name,
})

const edit = {
  files: ['image'],
  maxInputPixels: EDIT_PIXELS,
  maxInputRatio: EDIT_RATIO,
  output: 'input',
} as const

const styled = { ...steered, style_preset: common.style_preset } as const
const control = { ...edit, required: ['image', 'prompt'] } as const

/**
 * The services that change a picture, by path below `/v2beta/stable-image`. Prices, here and below,
 * are of a table of 2026-08-06, corrected tenfold; the seconds are the emulator's own.
 */
export const editServices: Readonly<Record<string, EmulatedService>> = {
  'edit/erase': {
    ...edit,
    fields: { ...drawn, ...grown },
    files: ['image', 'mask'],
    required: ['image'],
    ...priced('stable-erase', 50_000, 6),
  },
  'edit/outpaint': {
    ...edit,
    fields: {
      ...{ left: pixels, right: pixels, up: pixels, down: pixels },
      ...{ creativity: share, prompt: PROMPT, style_preset: common.style_preset, ...drawn },
    },
    required: ['image'],
    output: 'grown',
    ...priced('stable-outpaint', 40_000, 7),
  },
  'edit/search-and-replace': {
    ...edit,
    fields: { ...styled, ...grown, search_prompt: PROMPT },
    required: ['image', 'prompt', 'search_prompt'],
    ...priced('stable-search-and-replace', 50_000, 8),
  },
  'edit/search-and-recolor': {
    ...edit,
    fields: { ...styled, ...grown, select_prompt: PROMPT },
    required: ['image', 'prompt', 'select_prompt'],
    ...priced('stable-search-and-recolor', 50_000, 8),
  },
  'edit/remove-background': {
    ...edit,
    fields: { output_format: choice('png', 'webp') },
    required: ['image'],
    isTransparent: true,
    ...priced('stable-remove-background', 50_000, 3),
  },
  'edit/replace-background-and-relight': {
    ...edit,
    fields: {
      ...{ background_prompt: PROMPT, foreground_prompt: PROMPT, negative_prompt: PROMPT },
      ...{ preserve_original_subject: share, original_background_depth: share },
      ...{ keep_original_background: choice('true', 'false'), light_source_strength: share },
      ...{ light_source_direction: choice('left', 'right', 'above', 'below'), ...drawn },
    },
    files: ['subject_image', 'background_reference', 'light_reference'],
    required: ['subject_image'],
    isJob: true,
    ...priced('stable-replace-background', 80_000, 25),
  },
}

/** The services that enlarge a picture. */
export const upscaleServices: Readonly<Record<string, EmulatedService>> = {
  'upscale/fast': {
    fields: format,
    files: ['image'],
    required: ['image'],
    minEdge: 32,
    maxEdge: 1_536,
    maxInputPixels: MEGAPIXEL,
    output: 'four_times',
    ...priced('stable-fast-upscale', 20_000, 2),
  },
  'upscale/conservative': {
    fields: { ...steered, creativity: number(0.2, 0.5) },
    files: ['image'],
    required: ['image', 'prompt'],
    maxInputPixels: EDIT_PIXELS,
    output: 'four_megapixels',
    ...priced('stable-conservative-upscale', 400_000, 20),
  },
  'upscale/creative': {
    fields: { ...styled, creativity: number(0.1, 0.5) },
    files: ['image'],
    required: ['image', 'prompt'],
    maxInputPixels: MEGAPIXEL,
    output: 'eight_megapixels',
    isJob: true,
    ...priced('stable-creative-upscale', 600_000, 40),
  },
}

/** The services that follow a reference. */
export const controlServices: Readonly<Record<string, EmulatedService>> = {
  'control/sketch': {
    ...control,
    fields: { ...styled, control_strength: share },
    ...priced('stable-sketch', 50_000, 7),
  },
  'control/structure': {
    ...control,
    fields: { ...styled, control_strength: share },
    ...priced('stable-structure', 50_000, 7),
  },
  'control/style': {
    ...control,
    fields: { ...steered, aspect_ratio: aspect, fidelity: share },
    output: 'shape',
    sizes: ONE_MEGAPIXEL,
    ...priced('stable-style', 50_000, 7),
  },
  'control/style-transfer': {
    ...edit,
    fields: {
      ...steered,
      ...{ style_strength: share, composition_fidelity: share, change_strength: share },
    },
    files: ['init_image', 'style_image'],
    required: ['init_image', 'style_image'],
    ...priced('stable-style-transfer', 80_000, 10),
  },
}
