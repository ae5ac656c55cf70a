import type { Model, SizeRule } from '../core/catalog/model.ts'
import type { InputImage } from '../core/request/image-request.ts'

/*
 * Models with the bounds of real ones, for tests of the core, which may not read a provider's
 * files.
 */

/** The bounds of gpt-image-2 (community calculator of OpenAI's forum, read 2026-11-20). */
export const freeSizes = {
  kind: 'free',
  multipleOf: 16,
  minPixels: 655_360,
  maxPixels: 8_294_400,
  minEdge: 16,
  maxEdge: 3840,
  maxRatio: 3,
} as const satisfies SizeRule

/** The bounds of FLUX.2 [pro] (docs.bfl.ai, read 2026-11-20). */
export const fluxSizes = {
  kind: 'free',
  multipleOf: 16,
  minPixels: 4096,
  maxPixels: 4_194_304,
  minEdge: 64,
  maxEdge: 4096,
  maxRatio: 4,
} as const satisfies SizeRule

/** The sizes of gpt-image-1.5 (OpenAI API reference, read 2026-11-20). */
export const listedSizes = {
  kind: 'list',
  sizes: [
    { width: 1024, height: 1024 },
    { width: 1536, height: 1024 },
    { width: 1024, height: 1536 },
  ],
} as const satisfies SizeRule

/** The shapes of Stable Image Ultra (Stability AI's API reference, read 2026-11-20). */
export const shapes = {
  kind: 'aspect',
  aspects: ['21:9', '16:9', '3:2', '5:4', '1:1', '4:5', '2:3', '9:16', '9:21'],
  pixels: 1_048_576,
} as const satisfies SizeRule

/** The shapes and classes of Gemini's image models (Google's API reference, read 2026-11-20). */
export const classedShapes = {
  kind: 'aspect',
  aspects: ['1:1', '3:2', '2:3', '16:9', '9:16', '21:9'],
  pixels: 1_048_576,
  classes: [
    { name: '512', pixels: 262_144 },
    { name: '1k', pixels: 1_048_576 },
    { name: '2k', pixels: 4_194_304 },
    { name: '4k', pixels: 16_777_216 },
  ],
} as const satisfies SizeRule

/** A model that can do everything, but for what a test changes. */
export const sampleModel = (changes: Partial<Model> = {}): Model => ({
  id: 'painter',
  provider: 'acme',
  otherNames: [],
  operations: ['generate', 'edit', 'inpaint', 'variation'],
  tier: 'standard',
  sizes: freeSizes,
  defaultSize: { width: 1024, height: 1024 },
  qualities: ['low', 'medium', 'high'],
  formats: ['png', 'jpeg', 'webp'],
  maxImagesPerCall: 4,
  maxInputImages: 16,
  maxPromptCharacters: 32_000,
  supports: {
    mask: true,
    transparent: true,
    seed: true,
    negativePrompt: true,
    style: true,
    compression: true,
    moderation: true,
    inputFidelity: true,
    stream: true,
    text: true,
  },
  steps: { min: 10, max: 50, default: 28 },
  guidance: { min: 1.5, max: 5, default: 3 },
  typicalSeconds: 10,
  timeoutMs: 300_000,
  lifecycle: {},
  wire: {},
  ...changes,
})

/** A model that only makes pictures: no choice of anything. */
export const plainModel = (changes: Partial<Model> = {}): Model =>
  sampleModel({
    operations: ['generate'],
    qualities: [],
    formats: ['jpeg'],
    maxImagesPerCall: 1,
    maxInputImages: 0,
    supports: {},
    steps: undefined,
    guidance: undefined,
    ...changes,
  })

/** An input image whose bytes do not matter. */
export const inputImage = (changes: Partial<InputImage> = {}): InputImage => ({
  width: 1024,
  height: 768,
  digest: 'a'.repeat(64),
  format: 'png',
  byteLength: 100_000,
  hasAlpha: false,
  ...changes,
})
