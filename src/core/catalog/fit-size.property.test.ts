import { expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { sampleModel } from '../../testing/sample-models.ts'
import { parseAspect } from '../request/aspect.ts'
import type { Size } from '../request/image-request.ts'
import { normaliseRequest } from '../request/normalise.ts'
import type { RequestDraft } from '../request/request-draft.ts'
import { fitSize, type SizeFit } from './fit-size.ts'
import type { SizeRule } from './model.ts'

const edge = fc.integer({ min: 16, max: 6000 })
const size = fc.record({ width: edge, height: edge })

/** Bounds as a provider might have them, also odd ones. */
const freeRule: fc.Arbitrary<SizeRule> = fc
  .record({
    multipleOf: fc.constantFrom(1, 8, 16, 32, 64),
    minPixels: fc.integer({ min: 256, max: 1_500_000 }),
    morePixels: fc.integer({ min: 100_000, max: 8_000_000 }),
    minEdge: fc.integer({ min: 16, max: 512 }),
    moreEdge: fc.integer({ min: 512, max: 4096 }),
    maxRatio: fc.constantFrom(1, 1.5, 2.5, 3, 4, 5.625, 8),
  })
  .map(({ morePixels, moreEdge, ...rule }) => ({
    kind: 'free',
    ...rule,
    maxPixels: rule.minPixels + morePixels,
    maxEdge: rule.minEdge + moreEdge,
  }))
const listRule: fc.Arbitrary<SizeRule> = fc.record({
  kind: fc.constant('list' as const),
  sizes: fc.array(size, { minLength: 1, maxLength: 8 }),
})
const aspectRule: fc.Arbitrary<SizeRule> = fc.record({
  kind: fc.constant('aspect' as const),
  aspects: fc.subarray(['21:9', '16:9', '3:2', '1:1', '2:3', '9:16', '9:21'], { minLength: 1 }),
  pixels: fc.integer({ min: 250_000, max: 4_200_000 }),
})
const classedRule: fc.Arbitrary<SizeRule> = fc
  .record({
    pixels: fc.uniqueArray(fc.integer({ min: 250_000, max: 17_000_000 }), {
      minLength: 1,
      maxLength: 5,
    }),
    usual: fc.nat(),
  })
  .map(({ pixels, usual }) => {
    const classes = pixels
      .toSorted((a, b) => a - b)
      .map((count) => ({ name: `${count}sq`, pixels: count }))
    const aspects = ['21:9', '3:2', '1:1', '9:16']
    return { kind: 'aspect', aspects, pixels: pixels[usual % pixels.length] ?? 0, classes }
  })
const rule = fc.oneof(freeRule, listRule, aspectRule, classedRule)

const exact = size.map(({ width, height }) => ({ size: `${width}x${height}` }))
const shaped = fc.record(
  {
    aspect: fc.constantFrom('1:1', '16:9', '3:2', '2:3', '9:16', '1.91:1', '21:9', '4:1', '1:9'),
    resolution: fc.constantFrom('512', '1k', '2k', '4k'),
  },
  { requiredKeys: ['aspect'] },
)

/** Does the fit's work, and looks only where the model can do what is asked. */
function whenFit(
  sizes: SizeRule,
  asked: Partial<RequestDraft>,
  look: (fit: SizeFit, made: Size) => void,
): void {
  const request = normaliseRequest({ operation: 'generate', prompt: 'a cup', ...asked })
  const result = fitSize(request, sampleModel({ sizes }))
  if (result.ok) look(result.value, result.value.expectedSize)
  else expect(result.refusal.reason).toMatch(/^the model painter makes no picture of .*; it makes /)
}

const ratioOf = ({ width, height }: Size): number => width / height
const apart = (one: number, other: number): number => Math.max(one / other, other / one)

test('no size is asked of a model that it does not make', () => {
  fc.assert(
    fc.property(rule, fc.oneof(exact, shaped), (sizes, asked) => {
      whenFit(sizes, asked, (fit) => {
        if (sizes.kind === 'aspect') {
          expect(sizes.aspects).toContain(fit.aspect)
          expect(fit.size).toBeUndefined()
          return
        }
        const made = fit.size ?? { width: 0, height: 0 }
        expect(made).toEqual(fit.expectedSize)
        if (sizes.kind === 'list') return expect(sizes.sizes).toContainEqual(made)
        const [short, long] = [made.width, made.height].toSorted((a, b) => a - b) as [
          number,
          number,
        ]
        expect([short % sizes.multipleOf, long % sizes.multipleOf]).toEqual([0, 0])
        expect(short).toBeGreaterThanOrEqual(sizes.minEdge)
        expect(long).toBeLessThanOrEqual(sizes.maxEdge)
        expect(long).toBeLessThanOrEqual(short * sizes.maxRatio)
        expect(short * long).toBeGreaterThanOrEqual(sizes.minPixels)
        expect(short * long).toBeLessThanOrEqual(sizes.maxPixels)
      })
    }),
    { numRuns: 2000 },
  )
})

test('an exact size is never made smaller, and is what the caller gets', () => {
  fc.assert(
    fc.property(rule, size, (sizes, wanted) => {
      whenFit(sizes, { size: `${wanted.width}x${wanted.height}` }, (fit, made) => {
        const slack = sizes.kind === 'aspect' ? 1.05 : 1
        expect(made.width * slack).toBeGreaterThanOrEqual(wanted.width)
        expect(made.height * slack).toBeGreaterThanOrEqual(wanted.height)
        expect(fit.resize ?? made).toEqual(wanted)
        const isSame = made.width === wanted.width && made.height === wanted.height
        expect(fit.reports[0]?.outcome).toBe(isSame ? 'honoured' : 'approximated')
      })
    }),
    { numRuns: 2000 },
  )
})

test('the resolution class is the cheapest one that is enough', () => {
  const pixelsOf = { '512': 512 ** 2, '1k': 1024 ** 2, '2k': 2048 ** 2, '4k': 4096 ** 2 } as const
  fc.assert(
    fc.property(classedRule, fc.oneof(exact, shaped, fc.constant({})), (sizes, asked) => {
      whenFit(sizes, asked, (fit, made) => {
        if (sizes.kind !== 'aspect' || sizes.classes === undefined) throw new Error('no classes')
        const chosen = sizes.classes.findIndex(({ name }) => name === fit.resolution)
        const { pixels } = sizes.classes[chosen] ?? { pixels: 0 }
        expect(Math.abs(made.width * made.height - pixels)).toBeLessThan(2 * (made.width + 1))
        const below = sizes.classes[chosen - 1]
        const draft: Partial<RequestDraft> = asked
        if (draft.size === undefined && draft.resolution == null) {
          return expect(pixels).toBe(sizes.pixels)
        }
        if (below === undefined) return
        const least = normaliseRequest({ operation: 'generate', prompt: 'a cup', ...draft })
        const wanted = least.resolution && pixelsOf[least.resolution]
        if (wanted !== undefined) return expect(below.pixels).toBeLessThan(wanted)
        const { width, height } = least.size ?? made
        const shrink = Math.sqrt(below.pixels / pixels)
        const isEnough = made.width * shrink >= width && made.height * shrink >= height
        expect(isEnough).toBe(false)
      })
    }),
    { numRuns: 2000 },
  )
})

test('a size that the model makes is asked as it is', () => {
  const steps = fc.integer({ min: 10, max: 100 }).map((count) => count * 16)
  fc.assert(
    fc.property(steps, steps, (width, height) => {
      const sizes: SizeRule = {
        kind: 'free',
        ...{ multipleOf: 16, minPixels: 25_600, maxPixels: 2_560_000 },
        ...{ minEdge: 160, maxEdge: 1600, maxRatio: 10 },
      }
      whenFit(sizes, { size: `${width}x${height}` }, (fit) => {
        expect(fit).toMatchObject({ size: { width, height }, expectedSize: { width, height } })
        expect(fit.resize).toBeUndefined()
      })
    }),
  )
})

test('a shape is what the caller gets, to a twentieth, and it is said when it was bent', () => {
  fc.assert(
    fc.property(rule, shaped, (sizes, asked) => {
      whenFit(sizes, asked, (fit, made) => {
        const wanted = parseAspect(asked.aspect) ?? 1
        const delivered = fit.resize ?? made
        // A cropped edge is whole pixels: one is all that may be missing.
        const pixel = 1 + 1 / Math.min(delivered.width, delivered.height)
        expect(apart(ratioOf(delivered), wanted)).toBeLessThanOrEqual(1.05 * pixel)
        expect(delivered.width).toBeLessThanOrEqual(made.width)
        expect(delivered.height).toBeLessThanOrEqual(made.height)
        const report = fit.reports.find(({ param }) => param === 'aspect_ratio')
        expect(report?.outcome).toBe(fit.resize === undefined ? 'honoured' : 'approximated')
      })
    }),
    { numRuns: 2000 },
  )
})

test('a resolution is never answered with markedly fewer pixels', () => {
  const pixelsOf = { '512': 512 ** 2, '1k': 1024 ** 2, '2k': 2048 ** 2, '4k': 4096 ** 2 } as const
  fc.assert(
    fc.property(rule, fc.constantFrom('512', '1k', '2k', '4k'), (sizes, resolution) => {
      whenFit(sizes, { resolution }, (_, made) => {
        const pixels = pixelsOf[resolution as keyof typeof pixelsOf]
        expect(made.width * made.height * 1.05 ** 2).toBeGreaterThanOrEqual(pixels)
      })
    }),
  )
})
