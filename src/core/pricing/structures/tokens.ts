import { z } from 'zod'
import { ok, refused } from '../../result.ts'
import { type ChargeLine, chargeLine } from '../charge.ts'
import { isPositive, unknownableRateSchema } from '../decimal.ts'
import { defineStructure, type Priced } from '../structure.ts'
import { missingUsage, type UnpriceableReason, unpriceable } from '../unpriceable.ts'
import type { TokenUsage } from '../usage.ts'

const schema = z
  .strictObject({
    kind: z.literal('tokens'),
    /** Dollars per prompt token that was not cached. */
    text_in: unknownableRateSchema,
    /** Dollars per prompt token read from the provider's cache. */
    cached_in: unknownableRateSchema,
    /** Dollars per token of input images that was not cached. */
    image_in: unknownableRateSchema,
    /** Dollars per token of input images read from the provider's cache. */
    cached_image_in: unknownableRateSchema,
    /** Dollars per token of output images. */
    image_out: unknownableRateSchema,
    /** Dollars per token of text that comes with the images, thinking included. */
    text_out: unknownableRateSchema,
  })
  .refine(
    ({ kind: _, ...rates }) => Object.values(rates).some((rate) => rate && isPositive(rate)),
    'at least one rate must be known and above zero',
  )

type TokensComponent = z.output<typeof schema>

/** One class of tokens: how many were used, at which rate. */
interface TokenClass {
  readonly label: string
  readonly rateField: Exclude<keyof TokensComponent, 'kind'>
  readonly count: number
}

/**
 * Tokens at a rate per class. Cached tokens are part of the input they were cached from, so only
 * the rest of it is paid at the full rate. A rate that is null or absent is unknown, not free:
 * usage in that class makes the call unpriceable. Prompt and output counts must be known where
 * they have a rate; other classes that are absent from the usage were not used.
 * @example 60 prompt tokens at $5/M and 1,056 image tokens at $40/M = $0.04254
 */
export const tokens = defineStructure({
  title: 'Tokens',
  summary:
    'Prompt, input images, output images and text are paid by the token, each at its own rate.',
  schema,
  rate: (component, usage) => {
    const counts = usage.tokens ?? {}
    const flaw = flawOf(component, counts)
    return flaw === undefined ? priceClasses(component, classesOf(counts)) : refused(flaw)
  },
  example: {
    title: 'One medium square image by gpt-image-1',
    component: { kind: 'tokens', text_in: '0.000005', image_out: '0.00004' },
    usage: { images: 1, tokens: { textIn: 60, imageOut: 1056 } },
    usd: '0.04254',
    source: 'OpenAI price page, read 2026-08-01',
  },
})

function flawOf(component: TokensComponent, counts: TokenUsage): UnpriceableReason | undefined {
  if (component.image_out != null && counts.imageOut === undefined) {
    return missingUsage('tokens.imageOut', component.kind)
  }
  if (component.text_in != null && counts.textIn === undefined) {
    return missingUsage('tokens.textIn', component.kind)
  }
  if ((counts.cachedTextIn ?? 0) > (counts.textIn ?? 0)) {
    const text = 'more prompt tokens were cached than there are'
    return unpriceable('invalid_usage', 'tokens.cachedTextIn', text)
  }
  if ((counts.cachedImageIn ?? 0) > (counts.imageIn ?? 0)) {
    const text = 'more input image tokens were cached than there are'
    return unpriceable('invalid_usage', 'tokens.cachedImageIn', text)
  }
  return undefined
}

function classesOf(counts: TokenUsage): readonly TokenClass[] {
  const { textIn = 0, cachedTextIn = 0, imageIn = 0, cachedImageIn = 0 } = counts
  return [
    { label: 'prompt', rateField: 'text_in', count: textIn - cachedTextIn },
    { label: 'cached prompt', rateField: 'cached_in', count: cachedTextIn },
    { label: 'input images', rateField: 'image_in', count: imageIn - cachedImageIn },
    { label: 'cached input images', rateField: 'cached_image_in', count: cachedImageIn },
    { label: 'output images', rateField: 'image_out', count: counts.imageOut ?? 0 },
    { label: 'output text', rateField: 'text_out', count: counts.textOut ?? 0 },
  ]
}

function priceClasses(component: TokensComponent, classes: readonly TokenClass[]): Priced {
  const lines: ChargeLine[] = []
  for (const { label, rateField, count } of classes) {
    if (count === 0) continue
    const rate = component[rateField]
    if (rate == null) {
      const text = `the rate of ${label} tokens is not known, and ${count} were used`
      return refused(unpriceable('unknown_rate', rateField, text))
    }
    lines.push(chargeLine({ kind: component.kind, label, quantity: count, unit: 'token', rate }))
  }
  return ok(lines)
}
