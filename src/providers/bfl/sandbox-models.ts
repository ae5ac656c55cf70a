import type { Size } from '../../core/request/image-request.ts'

/** How one member of a request body is checked. */
export type FieldRule =
  | { readonly kind: 'integer' | 'number'; readonly min: number; readonly max: number }
  /** 0 stands for "choose yourself". */
  | { readonly kind: 'edge'; readonly min: number; readonly max: number; readonly step: number }
  | { readonly kind: 'boolean' | 'text' | 'image' }
  | { readonly kind: 'images'; readonly max: number }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** `W:H` between 1:widest and widest:1. */
  | { readonly kind: 'aspect'; readonly widest: number }

/** What a price is made of; all amounts in micro-dollars (10⁻⁶). */
export interface EmulatedPrice {
  readonly first: number
  readonly extra: number
}

/** One emulated model. */
export interface EmulatedModel {
  readonly fields: Readonly<Record<string, FieldRule>>
  readonly required: readonly string[]
  /** FLUX 3 refuses unknown members, older models ignore them. */
  readonly refusesUnknown: boolean
  readonly price: EmulatedPrice
  /** FLUX 3 has a price by resolution; only 1k is published, the others are the emulator's own. */
  readonly priceByResolution?: Readonly<Record<string, number>>
  readonly seconds: number
  readonly linkLifeMs: number
  readonly maxActiveTasks: number
  /** Pixels of a picture that has a shape or nothing; absent for models that take any pixels. */
  readonly pixels?: number
  readonly defaultSize: Size
  /** Shortest edge of an input image. */
  readonly minInputEdge?: number
}

const MINUTE_MS = 60_000

/** 24 active tasks an account, 6 of Kontext max (BFL's API skill, 2026-02-03; read 2026-11-20). */
const ACTIVE_TASKS = { most: 24, kontextMax: 6 } as const

/** Links live 10 min, those of FLUX 3 an hour (docs.bfl.ai, read 2026-11-20). */
const LINK_LIFE = { most: 10 * MINUTE_MS, flux3: 60 * MINUTE_MS } as const

const SEED: FieldRule = { kind: 'integer', min: 0, max: 4_294_967_295 }
const TEXT: FieldRule = { kind: 'text' }
const BOOLEAN: FieldRule = { kind: 'boolean' }
const IMAGE: FieldRule = { kind: 'image' }
/** Pixels that expand adds at a side (docs.bfl.ai, read 2026-11-20). */
const MARGIN: FieldRule = { kind: 'integer', min: 0, max: 2_048 }
const tolerance = (max: number): FieldRule => ({ kind: 'integer', min: 0, max })
const choice = (...values: string[]): FieldRule => ({ kind: 'choice', values })
const webhook = { webhook_url: TEXT, webhook_secret: TEXT } as const

const numberedInputs = (count: number): Record<string, FieldRule> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      index === 0 ? 'input_image' : `input_image_${index + 1}`,
      IMAGE,
    ]),
  )

const flux2Edge: FieldRule = { kind: 'edge', min: 64, max: 65_536, step: 16 }
const flux1Edge: FieldRule = { kind: 'edge', min: 256, max: 1_440, step: 32 }
const square: Size = { width: 1_024, height: 1_024 }

const common = {
  required: ['prompt'],
  refusesUnknown: false,
  linkLifeMs: LINK_LIFE.most,
  maxActiveTasks: ACTIVE_TASKS.most,
  defaultSize: square,
} as const

const flux2 = (inputs: number, extra: Record<string, FieldRule> = {}) => ({
  prompt: TEXT,
  ...numberedInputs(inputs),
  width: flux2Edge,
  height: flux2Edge,
  seed: SEED,
  safety_tolerance: tolerance(5),
  output_format: choice('jpeg', 'png', 'webp'),
  ...extra,
  ...webhook,
})

const flux1 = (extra: Record<string, FieldRule>) => ({
  prompt: TEXT,
  seed: SEED,
  safety_tolerance: tolerance(6),
  prompt_upsampling: BOOLEAN,
  output_format: choice('jpeg', 'png'),
  ...extra,
  ...webhook,
})

const flux1Sizes = { image_prompt: IMAGE, width: flux1Edge, height: flux1Edge } as const
const kontext = flux1({ ...numberedInputs(4), aspect_ratio: { kind: 'aspect', widest: 7 / 3 } })

/** Prices: docs.bfl.ai/quick_start/pricing, read 2026-11-20. Seconds are the emulator's own. */
export const emulatedModels: Readonly<Record<string, EmulatedModel>> = {
  'flux-2-klein-4b': {
    ...common,
    fields: flux2(4),
    price: { first: 14_000, extra: 1_000 },
    seconds: 1.5,
  },
  'flux-2-klein-9b': {
    ...common,
    fields: flux2(4),
    price: { first: 15_000, extra: 2_000 },
    seconds: 2,
  },
  'flux-2-pro': {
    ...common,
    fields: flux2(8, { disable_pup: BOOLEAN }),
    price: { first: 30_000, extra: 15_000 },
    seconds: 7,
  },
  'flux-2-max': {
    ...common,
    fields: flux2(8, { disable_pup: BOOLEAN }),
    price: { first: 70_000, extra: 30_000 },
    seconds: 14,
  },
  'flux-2-flex': {
    ...common,
    fields: flux2(8, {
      prompt_upsampling: BOOLEAN,
      steps: { kind: 'integer', min: 1, max: 50 },
      guidance: { kind: 'number', min: 1.5, max: 10 },
    }),
    price: { first: 50_000, extra: 50_000 },
    seconds: 13,
  },
  'flux-3-image': {
    ...common,
    fields: {
      prompt: TEXT,
      images: { kind: 'images', max: 10 },
      aspect_ratio: choice(
        ...'21:9 2:1 16:9 3:2 7:5 4:3 5:4 1:1 4:5 3:4 5:7 2:3 9:16 1:2 9:21 auto'.split(' '),
      ),
      resolution: choice('768sq', '1k', '1.5k', '2k', '4k'),
      safety_tolerance: tolerance(4),
      grounding: BOOLEAN,
      version: TEXT,
      ...webhook,
    },
    refusesUnknown: true,
    price: { first: 48_000, extra: 0 },
    priceByResolution: {
      '768sq': 36_000,
      '1k': 48_000,
      '1.5k': 72_000,
      '2k': 96_000,
      '4k': 192_000,
    },
    pixels: 1_024 * 1_024,
    seconds: 9,
    linkLifeMs: LINK_LIFE.flux3,
  },
  'flux-pro-1.1': {
    ...common,
    fields: flux1(flux1Sizes),
    price: { first: 40_000, extra: 0 },
    defaultSize: { width: 1_024, height: 768 },
    seconds: 5,
  },
  'flux-pro-1.1-ultra': {
    ...common,
    fields: flux1({
      aspect_ratio: { kind: 'aspect', widest: 21 / 9 },
      raw: BOOLEAN,
      image_prompt: IMAGE,
      image_prompt_strength: { kind: 'number', min: 0, max: 1 },
    }),
    price: { first: 60_000, extra: 0 },
    pixels: 2_048 * 2_048,
    defaultSize: { width: 2_752, height: 1_536 },
    seconds: 10,
  },
  'flux-dev': {
    ...common,
    fields: flux1({
      ...flux1Sizes,
      steps: { kind: 'integer', min: 1, max: 50 },
      guidance: { kind: 'number', min: 1.5, max: 5 },
    }),
    price: { first: 25_000, extra: 0 },
    defaultSize: { width: 1_024, height: 768 },
    seconds: 5,
  },
  'flux-kontext-pro': {
    ...common,
    fields: kontext,
    price: { first: 40_000, extra: 0 },
    pixels: 1_024 * 1_024,
    seconds: 8,
  },
  'flux-kontext-max': {
    ...common,
    fields: kontext,
    price: { first: 80_000, extra: 0 },
    pixels: 1_024 * 1_024,
    seconds: 11,
    maxActiveTasks: ACTIVE_TASKS.kontextMax,
  },
  'flux-pro-1.0-fill': {
    ...common,
    fields: flux1({
      image: IMAGE,
      mask: IMAGE,
      steps: { kind: 'integer', min: 15, max: 50 },
      guidance: { kind: 'number', min: 1.5, max: 100 },
    }),
    required: ['image'],
    price: { first: 50_000, extra: 0 },
    seconds: 9,
  },
  'flux-pro-1.0-expand': {
    ...common,
    fields: flux1({
      image: IMAGE,
      ...{ top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN },
      steps: { kind: 'integer', min: 15, max: 50 },
      guidance: { kind: 'number', min: 1.5, max: 100 },
    }),
    required: ['image'],
    price: { first: 50_000, extra: 0 },
    seconds: 9,
  },
  // docs.bfl.ai/flux_erase; prices as resold by Runware and fal; both read 2026-11-25.
  'flux-tools/erase-v1': {
    ...common,
    fields: {
      ...{ image: IMAGE, mask: IMAGE, seed: SEED, safety_tolerance: tolerance(5), ...webhook },
      output_format: choice('jpeg', 'png', 'webp'),
      dilate_pixels: { kind: 'integer', min: 0, max: 25 },
    },
    required: ['image', 'mask'],
    minInputEdge: 256,
    price: { first: 30_000, extra: 4_000 },
    seconds: 5,
  },
}

/** Pixels of a billed megapixel: 1024×1024 is one (docs.bfl.ai, read 2026-11-20). */
const MEGAPIXEL = 1_024 * 1_024

/** Whole megapixels of a picture, at least one. */
export const wholeMegapixels = ({ width, height }: Size): number =>
  Math.max(1, Math.ceil((width * height) / MEGAPIXEL))

/**
 * What a task costs, in micro-dollars: `first + (output − 1)·extra + input·extra`; a flat price
 * where `extra` is 0 (BFL's API skill, 2026-02-03; read 2026-11-20).
 */
export function costMicro(
  model: EmulatedModel,
  facts: { readonly outputMp: number; readonly inputMp: number; readonly resolution: unknown },
): number {
  const listed = model.priceByResolution?.[String(facts.resolution ?? '1k')]
  if (listed !== undefined) return listed
  const { first, extra } = model.price
  return first + (facts.outputMp - 1) * extra + facts.inputMp * extra
}
