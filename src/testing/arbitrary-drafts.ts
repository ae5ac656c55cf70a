import { priorities } from '../core/jobs/queue-place.ts'
import { complexities } from '../core/purpose/words.ts'
import { cacheModes, qualities } from '../core/request/image-request.ts'
import type { RequestDraft } from '../core/request/request-draft.ts'
import { fc } from './fast-check.ts'
import { inputImage } from './sample-models.ts'

/*
 * Requests as callers send them, for properties that must hold for all of them.
 */

const edges = fc.integer({ min: 16, max: 5000 })
const optional = <Value>(value: fc.Arbitrary<Value>) =>
  fc.option(value, { nil: undefined, freq: 1 })
const label = fc.string({ minLength: 1, maxLength: 40 })
const json = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<never>

const common = {
  model: optional(fc.constantFrom('auto', 'auto:best', 'acme/painter', 'painter', '')),
  prompt: fc.string({ minLength: 1, maxLength: 60 }).map((text) => `a cup ${text}`),
  negativePrompt: optional(label),
  n: optional(fc.integer({ min: 1, max: 10 })),
  quality: optional(fc.constantFrom('auto', 'standard', 'hd', ...qualities)),
  steps: optional(fc.integer({ min: 1, max: 500 })),
  guidance: optional(fc.double({ min: 0, max: 100, noNaN: true })),
  seed: optional(fc.integer({ min: 0, max: 4_294_967_295 })),
  style: optional(label),
  moderation: optional(fc.constantFrom('auto' as const, 'low' as const)),
  inputFidelity: optional(fc.constantFrom('low' as const, 'high' as const)),
  purpose: optional(label),
  category: optional(label),
  complexity: optional(fc.constantFrom(...complexities)),
  display: optional(fc.constantFrom('512x512', '1200x630@2', '64x64@1.5')),
  floor: optional(fc.double({ min: 0, max: 0.999, noNaN: true })),
  brand: optional(label),
  baseline: optional(label),
  deadlineMs: optional(fc.integer({ min: 1, max: 86_400_000 })),
  maxCost: optional(fc.constantFrom('0.05', '0.000000001', '1000000')),
  tags: optional(fc.dictionary(label, label, { maxKeys: 5 })),
  endUser: optional(label),
  group: optional(label),
  priority: optional(fc.constantFrom(...priorities)),
  notBefore: optional(fc.constantFrom('2026-12-01T03:00:00Z', '2026-12-01T03:00+02:00')),
  strict: optional(fc.boolean()),
  cache: optional(fc.constantFrom(...cacheModes)),
  cacheTtlMs: optional(fc.integer({ min: 0, max: 86_400_000 })),
  cacheThreshold: optional(fc.double({ min: 0, max: 1, noNaN: true })),
  stream: fc.constant(true),
  partialImages: optional(fc.integer({ min: 0, max: 3 })),
  providerOptions: optional(fc.dictionary(label, fc.dictionary(label, json, { maxKeys: 3 }))),
}

/** At most one of size and shape; a shape may come with a resolution. */
const sizing = fc.oneof(
  fc.record({ size: fc.tuple(edges, edges).map(([width, height]) => `${width}x${height}`) }),
  fc.record({
    aspect: optional(fc.constantFrom('auto', '1:1', '16:9', '2:3', '21:9', '1.91:1')),
    resolution: optional(fc.constantFrom('512', '1k', '2K', '4k')),
  }),
)

/** Transparency, format and compression that go together. */
const finish = fc.oneof(
  fc.record({
    background: optional(fc.constantFrom('auto', 'transparent', 'opaque')),
    format: optional(fc.constantFrom('png' as const, 'webp' as const)),
    needs: optional(fc.subarray(['text', 'edit'] as const)),
  }),
  fc.record({
    format: fc.constantFrom('jpeg' as const, 'webp' as const),
    compression: optional(fc.integer({ min: 0, max: 100 })),
  }),
)

const pictures = fc.oneof(
  fc.constant({ operation: 'generate' as const }),
  fc
    .record({
      operation: fc.constantFrom('edit' as const, 'variation' as const, 'inpaint' as const),
      width: edges,
      height: edges,
      digests: fc.array(
        fc.string({ unit: fc.constantFrom('0', '1', 'e', 'f'), minLength: 64, maxLength: 64 }),
        { minLength: 1, maxLength: 16 },
      ),
    })
    .map(({ operation, width, height, digests }) => ({
      operation,
      images: digests.map((digest) => inputImage({ digest, width, height })),
      ...(operation === 'inpaint' ? { mask: inputImage({ width, height, hasAlpha: true }) } : {}),
    })),
)

const edge = fc.integer({ min: 16, max: 1_000 })
const pixels = optional(fc.integer({ min: 0, max: 500 }))
const strength = optional(fc.double({ min: 0, max: 1, noNaN: true }))

/** Operations whose output follows their input, each with its details. */
const following = fc.oneof(
  fc.record({
    operation: fc.constant('outpaint' as const),
    expand: fc.record({ left: fc.integer({ min: 1, max: 500 }), right: pixels, top: pixels }),
  }),
  fc.record({
    operation: fc.constant('upscale' as const),
    scale: fc.double({ min: 2, max: 4, noNaN: true }),
    mode: fc.constantFrom('conservative', 'creative'),
  }),
  fc.record({
    operation: fc.constantFrom('search_and_replace' as const, 'search_and_recolor' as const),
    search: fc.string({ minLength: 1, maxLength: 40 }).map((text) => `the ${text}`),
  }),
  fc.record({ operation: fc.constant('style_transfer' as const), strength }),
  fc.record({ operation: fc.constantFrom('replace_background' as const, 'erase' as const) }),
)

const followers = fc
  .record({ details: following, width: edge, height: edge })
  .map(({ details, width, height }) => ({
    ...details,
    images: Array.from({ length: details.operation === 'style_transfer' ? 2 : 1 }, () =>
      inputImage({ width, height }),
    ),
    ...(details.operation === 'erase'
      ? { mask: inputImage({ width, height, hasAlpha: true }) }
      : {}),
  }))

/** A draft that every check lets pass. */
export const validDraft: fc.Arbitrary<RequestDraft> = fc
  .oneof(
    { weight: 3, arbitrary: fc.tuple(fc.record(common), sizing, finish, pictures) },
    { weight: 2, arbitrary: fc.tuple(fc.record(common), finish, followers) },
  )
  .map((parts) => Object.assign({}, ...parts) as RequestDraft)

const hostileText = fc.oneof(
  fc.string(),
  fc.constantFrom('', 'auto', 'constructor', '__proto__', 'toString', '0x0', '-1x5', '1e3x1e3'),
  fc.constantFrom('0:1', '1:0', '99999x99999', '1024x1024', '16:9', '1e-9', '0', '-0.05', 'hd'),
)
const hostileNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 1e308),
)
const hostileValue = fc.oneof(
  hostileText,
  hostileNumber,
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
)

/**
 * A draft whose members may be anything at all, also of another type than promised; only the facts
 * of input images are always the gateway's own.
 */
export const hostileDraft: fc.Arbitrary<RequestDraft> = fc
  .tuple(
    validDraft,
    fc.dictionary(
      fc.constantFrom(
        ...['operation', 'model', 'prompt', 'n', 'size', 'aspect', 'resolution', 'quality'],
        ...['steps', 'guidance', 'seed', 'style', 'background', 'format', 'compression'],
        ...['moderation', 'inputFidelity', 'purpose', 'category', 'needs', 'deadlineMs', 'tags'],
        ...['maxCost', 'endUser', 'group', 'strict', 'cache', 'cacheTtlMs', 'stream'],
        ...['partialImages', 'providerOptions', 'negativePrompt', 'expand', 'scale', 'mode'],
        ...['search', 'control', 'strength', 'complexity', 'display', 'floor', 'brand'],
        ...['baseline', 'consistent', 'cacheThreshold'],
      ),
      hostileValue,
      { maxKeys: 4 },
    ),
  )
  .map(([draft, changes]) => ({ ...draft, ...changes }) as RequestDraft)
