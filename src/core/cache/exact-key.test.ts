import { describe, expect, test } from 'vitest'
import { inputImage } from '../../testing/sample-models.ts'
import type { ImageRequest } from '../request/image-request.ts'
import { normaliseRequest } from '../request/normalise.ts'
import { exactKeyText } from './exact-key.ts'

const image = inputImage()
const request = normaliseRequest({ operation: 'edit', prompt: 'a red cup', images: [image] })
const keyOf = (changes: Partial<ImageRequest>, tenant = 'a') =>
  exactKeyText({ ...request, ...changes }, tenant)

/** Every field, and whether it decides the picture; a forgotten one does not compile. */
const deciding: { readonly [Field in keyof Required<ImageRequest>]: readonly [unknown, boolean] } =
  {
    operation: ['variation', true],
    details: [{ kind: 'outpaint', expand: { left: 9, right: 0, top: 0, bottom: 0 } }, true],
    model: ['auto:best', true],
    prompt: ['a blue cup', true],
    negativePrompt: ['fog', true],
    size: [{ width: 512, height: 512 }, true],
    aspect: ['16:9', true],
    resolution: ['2k', true],
    quality: ['high', true],
    steps: [30, true],
    guidance: [4, true],
    seed: [7, true],
    style: ['vivid', true],
    background: ['transparent', true],
    format: ['webp', true],
    compression: [80, true],
    moderation: ['low', true],
    inputFidelity: ['high', true],
    images: [[image, image], true],
    mask: [inputImage({ digest: 'b'.repeat(64) }), true],
    references: [[{ digest: 'c'.repeat(64), format: 'png' }], true],
    referenceThreshold: [0.8, true],
    purpose: ['hero', true],
    category: ['shoes', true],
    complexity: ['people', true],
    display: [{ width: 512, height: 512, pixelRatio: 2 }, true],
    brand: ['acme', true],
    needs: [['text'], true],
    strict: [true, true],
    providerOptions: [{ acme: { fast: true } }, true],
    n: [2, false],
    deadlineMs: [5_000, false],
    maxCostNano: [1n, false],
    tags: [{ team: 'a' }, false],
    endUser: ['joe', false],
    group: ['g', false],
    webhook: ['https://example.com', false],
    consistent: [true, false],
    floor: [0.9, false],
    baseline: ['painter', false],
    cache: ['refresh', false],
    cacheIsExplicit: [true, false],
    onPolicyRefusal: ['fallback', false],
    onGateRefusal: ['fail', false],
    strategy: ['draft', true],
    hedge: ['auto', false],
    priority: ['low', false],
    notBefore: [1, false],
    cacheTtlMs: [1, false],
    cacheThreshold: [0.99, false],
    cancelOnDisconnect: [true, false],
    partialImages: [2, false],
    refines: ['img_1', false],
  }

describe('the key', () => {
  test.each(
    Object.entries(deciding).map(([field, [value, decides]]) => ({ field, value, decides })),
  )('$field decides the picture: $decides', ({ field, value, decides }) => {
    expect(keyOf({ [field]: value }) === keyOf({})).toBe(!decides)
  })

  test('another tenant has another key, whatever its name looks like', () => {
    const tenants = ['a', 'b', '', 'a ', 'A', 'a","version":1', '"a"']
    expect(new Set(tenants.map((tenant) => keyOf({}, tenant))).size).toBe(tenants.length)
  })

  test.each([
    ['around a prompt', '  a red cup\n'],
    ['of another kind', 'a\tred\u00a0cup'],
    ['in a row', 'a  red   cup'],
  ])('spaces %s do not change a picture', (_, prompt) => {
    expect(keyOf({ prompt })).toBe(keyOf({}))
  })

  test.each([
    ['case', 'A red cup'],
    ['letters', 'a red cüp'],
    ['no space', 'a redcup'],
  ])('%s of a prompt may change a picture', (_, prompt) => {
    expect(keyOf({ prompt })).not.toBe(keyOf({}))
  })

  test('the order of members and of needs makes no difference, that of images does', () => {
    const options = { acme: { a: 1, b: 2 }, other: { c: 3 } }
    const turned = { other: { c: 3 }, acme: { b: 2, a: 1 } }
    expect(keyOf({ providerOptions: options })).toBe(keyOf({ providerOptions: turned }))
    expect(keyOf({ needs: ['text', 'edit'] })).toBe(keyOf({ needs: ['edit', 'text'] }))
    const second = inputImage({ digest: 'c'.repeat(64) })
    expect(keyOf({ images: [image, second] })).not.toBe(keyOf({ images: [second, image] }))
  })

  test('an image is known by its bytes, not by what is said of it', () => {
    const same = inputImage({ format: 'webp', byteLength: 1, hasAlpha: true })
    expect(keyOf({ images: [same] })).toBe(keyOf({}))
  })
})
