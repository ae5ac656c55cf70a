import type { Size } from '../../core/request/image-request.ts'

/** What an emulated endpoint does with its inputs. */
type Work =
  | 'generate'
  | 'precise_edit'
  | 'inpaint'
  | 'remix'
  | 'replace_background'
  | 'remove_background'
  | 'erase'

/** One emulated endpoint. */
export interface EmulatedModel {
  readonly work: Work
  /** What a quote calls it. */
  readonly billing: string
  /** Which field says how hard to try, and how to say how large the picture is to be. */
  readonly effort: 'quality' | 'rendering_speed'
  readonly shape: 'size' | 'resolution' | 'aspect_ratio' | 'none'
  /** Micro-dollars for each picture by effort; those of the smaller class. */
  readonly micros: Readonly<Record<string, number>>
  /** Effort without one being asked for. */
  readonly usual: string
  /** Any size by the rules of 4.6, not only the presets; twice the price above 2K. */
  readonly isFree: boolean
  /** Fields beside those that all take. */
  readonly fields: readonly string[]
  readonly seconds: number
  /** Always a job, so that it takes no `async`. */
  readonly isJob?: true
}

const styles = ['negative_prompt', 'style_type', 'magic_prompt']
const styles3 = [...styles, 'style_preset', 'style_codes', 'color_palette']
const byQuality = { effort: 'quality', shape: 'size', usual: 'high', isFree: false } as const
const bySpeed = { effort: 'rendering_speed', usual: 'default', isFree: false } as const

/**
 * Prices: ideogram.ai/blog/ideogram-api-pricing, 2026-11-16; those of 4.6: its resellers'; that of
 * removed objects: the emulator's own.
 */
export const emulatedModels: Readonly<Record<string, EmulatedModel>> = {
  '/v2/image/generate/ideogram-4-6': {
    ...byQuality,
    work: 'generate',
    billing: 'ideogram_4_6_generate',
    micros: { very_low: 8_000, low: 30_000, medium: 60_000, high: 100_000 },
    isFree: true,
    fields: ['magic_prompt', 'background'],
    seconds: 20,
  },
  '/v2/image/generate/ideogram-4-5': {
    ...byQuality,
    work: 'generate',
    billing: 'ideogram_4_5_generate',
    micros: { low: 30_000, medium: 60_000, high: 100_000 },
    fields: ['magic_prompt'],
    seconds: 18,
  },
  '/v2/image/precise-edit/ideogram-4-5': {
    ...byQuality,
    work: 'precise_edit',
    billing: 'ideogram_4_5_precise_edit',
    micros: { very_low: 8_000, low: 30_000, medium: 60_000, high: 220_000 },
    shape: 'none',
    usual: 'medium',
    fields: ['context_window'],
    seconds: 25,
  },
  '/v2/image/remove-background/ideogram-1': {
    ...byQuality,
    work: 'remove_background',
    billing: 'ideogram_1_remove_background',
    micros: { only: 10_000 },
    shape: 'none',
    usual: 'only',
    fields: [],
    seconds: 5,
  },
  '/v2/image/generate/ideogram-4': {
    ...bySpeed,
    work: 'generate',
    billing: 'ideogram_v4_generation',
    shape: 'resolution',
    micros: { turbo: 30_000, default: 60_000, quality: 100_000 },
    fields: ['magic_prompt'],
    seconds: 12,
  },
  '/v2/image/generate/ideogram-3': {
    ...bySpeed,
    work: 'generate',
    billing: 'ideogram_v3_generation',
    shape: 'aspect_ratio',
    micros: { turbo: 30_000, default: 60_000, quality: 90_000 },
    fields: styles3,
    seconds: 9,
  },
  '/v2/image/inpaint/ideogram-3': {
    ...bySpeed,
    work: 'inpaint',
    billing: 'ideogram_v3_inpaint',
    shape: 'none',
    micros: { turbo: 30_000, default: 60_000, quality: 90_000 },
    fields: styles3,
    seconds: 9,
  },
  '/v2/image/remix/ideogram-3': {
    ...bySpeed,
    work: 'remix',
    billing: 'ideogram_v3_remix',
    shape: 'aspect_ratio',
    micros: { turbo: 30_000, default: 60_000, quality: 90_000 },
    fields: [...styles3, 'image_weight'],
    seconds: 9,
  },
  '/v2/image/replace-background/ideogram-3': {
    ...bySpeed,
    work: 'replace_background',
    billing: 'ideogram_v3_replace_background',
    shape: 'none',
    micros: { turbo: 30_000, default: 60_000, quality: 90_000 },
    fields: ['magic_prompt', 'style_preset', 'style_codes', 'color_palette'],
    seconds: 12,
    isJob: true,
  },
  '/v2/image/remove-object/ideogram-1': {
    ...byQuality,
    work: 'erase',
    billing: 'ideogram_1_remove_object',
    micros: { only: 20_000 },
    shape: 'none',
    usual: 'only',
    fields: [],
    seconds: 6,
    isJob: true,
  },
  '/v2/image/generate/ideogram-2': {
    ...bySpeed,
    work: 'generate',
    billing: 'ideogram_v2_generation',
    shape: 'aspect_ratio',
    micros: { turbo: 50_000, default: 80_000, quality: 80_000 },
    fields: styles,
    seconds: 11,
  },
  '/v2/image/generate/ideogram-2a': {
    ...bySpeed,
    work: 'generate',
    billing: 'ideogram_v2a_generation',
    shape: 'aspect_ratio',
    micros: { turbo: 25_000, default: 40_000, quality: 40_000 },
    fields: ['style_type', 'magic_prompt'],
    seconds: 7,
  },
}

/** Pictures of at most so many pixels are of the smaller class. */
const PIXELS_OF_2K = 4_194_304

/** What pictures cost, in micro-dollars. */
export const costMicros = (
  { micros, isFree }: EmulatedModel,
  { effort, size, count }: { readonly effort: string; readonly size: Size; readonly count: number },
): number => {
  const isLarge = isFree && size.width * size.height > PIXELS_OF_2K
  return (micros[effort] ?? 0) * count * (isLarge ? 2 : 1)
}

/** Pixels of each shape, upright; wide ones are the same turned (Ideogram 3.0's resolutions). */
const uprightShapes: Readonly<Record<string, Size>> = {
  '1x1': { width: 1024, height: 1024 },
  '9x16': { width: 736, height: 1312 },
  '3x4': { width: 864, height: 1152 },
  '2x3': { width: 832, height: 1248 },
  '4x5': { width: 896, height: 1120 },
  '1x2': { width: 704, height: 1408 },
  '1x3': { width: 512, height: 1536 },
  '10x16': { width: 800, height: 1280 },
}

/** The pixels of a shape such as `16x9`; undefined for one that is not made. */
export function sizeOfShape(shape: string): Size | undefined {
  if (Object.hasOwn(uprightShapes, shape)) return uprightShapes[shape]
  const turned = shape.split('x').reverse().join('x')
  const upright = Object.hasOwn(uprightShapes, turned) ? uprightShapes[turned] : undefined
  return upright && { width: upright.height, height: upright.width }
}

/** Presets of Ideogram 4.5, upright and square; all are made turned as well. */
const uprightPresets = [
  ...['1024x1024', '896x1120', '864x1152', '832x1248', '800x1280', '720x1280', '720x1440'],
  ...['2048x2048', '1440x2880', '1664x2496', '1792x2240', '1440x2560', '1600x2560', '1728x2304'],
  ...['1296x3168', '1152x2944', '1248x3328', '1280x3072', '1024x3072'],
]

/** Whether a size is one of the presets. */
export const isPreset = ({ width, height }: Size): boolean =>
  uprightPresets.includes(`${Math.min(width, height)}x${Math.max(width, height)}`)
