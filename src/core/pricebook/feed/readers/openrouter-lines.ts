import { z } from 'zod'
import { decimal } from '../../../pricing/decimal.ts'
import type { Modifier } from '../../../pricing/modifiers/index.ts'
import type { Component } from '../../../pricing/structures/index.ts'
import { ok, type Result, refused } from '../../../result.ts'
import { anySelector, type FeedSelector, type FlawedEntry, type SkipCode } from '../feed-entry.ts'

/** One line of a supplier's price list: what is paid, by which unit, and for which variant. */
export const pricingLine = z.object({
  billable: z.string(),
  unit: z.string(),
  cost_usd: z.union([z.number(), z.string()]),
  variant: z.string().nullish(),
})
type PricingLine = z.output<typeof pricingLine>

/** The price of one variant, or why it is none. */
type VariantPrice =
  | {
      readonly kind: 'price'
      readonly selector: FeedSelector
      readonly components: readonly Component[]
      readonly modifiers: readonly Modifier[]
      /** Megapixels are counted by a rule that OpenRouter does not state. */
      readonly isRounded: boolean
    }
  | {
      readonly kind: 'flawed'
      readonly selector: FeedSelector
      readonly flaw: FlawedEntry['flaw']
      readonly text: string
    }

interface Refusal {
  readonly code: SkipCode
  readonly text: string
}

/** OpenRouter states no rule for megapixels; this one never counts fewer than another would. */
const megapixelRule = { mp_base: 1_000_000, rounding: 'ceil', snap_1024: true } as const

/** The classes of tokens that lines can name. */
const tokenFields: Readonly<Record<string, 'text_in' | 'image_in'>> = {
  input_text: 'text_in',
  input_image: 'image_in',
  input_reference: 'image_in',
}

/**
 * The prices that a supplier's lines make, one for each variant of the output. A line that no
 * structure can express refuses the whole list: a price without one of its parts would be too low.
 */
export function fromOpenRouterLines(
  lines: readonly PricingLine[],
): Result<readonly VariantPrice[], Refusal> {
  const outputs = lines.filter(({ billable }) => billable === 'output_image')
  if (outputs.length === 0) return refused({ code: 'no_price', text: 'no price of an image' })
  const inputs = lines.filter(({ billable }) => billable !== 'output_image')
  const prices: VariantPrice[] = []
  for (const output of outputs) {
    const price = variantPrice(output, inputs)
    if (!price.ok) return price
    prices.push(price.value)
  }
  return ok(prices)
}

function variantPrice(
  output: PricingLine,
  inputs: readonly PricingLine[],
): Result<VariantPrice, Refusal> {
  const selector = selectorOf(output.variant ?? null)
  if (selector === undefined) return noStructure(`the variant ${output.variant}`)
  const rate = rateOf(output.cost_usd)
  if (rate.flaw !== undefined) {
    const text = `cost_usd of output_image is ${output.cost_usd}`
    return ok({ kind: 'flawed', selector, flaw: rate.flaw, text })
  }
  const parts: Parts = { tokens: {}, modifiers: [], inputMegapixel: undefined }
  for (const line of inputs) {
    const problem = addInput(line, parts)
    if (problem !== undefined) return noStructure(problem)
  }
  const components = componentsOf(output.unit, rate.usd, parts)
  if (components === undefined) return noStructure(`output images by the ${output.unit}`)
  const isRounded = output.unit === 'megapixel'
  return ok({ kind: 'price', selector, components, modifiers: parts.modifiers, isRounded })
}

/** What the input lines come to. */
interface Parts {
  readonly tokens: { text_in?: string; image_in?: string }
  readonly modifiers: Modifier[]
  inputMegapixel: string | undefined
}

function addInput(line: PricingLine, parts: Parts): string | undefined {
  const { billable, unit, variant } = line
  const rate = rateOf(line.cost_usd)
  const shown = `${billable} by the ${unit}`
  if (variant != null) return `${shown} for the variant ${variant}`
  if (rate.flaw === 'zero') return undefined
  if (rate.flaw !== undefined) return `${shown} at ${line.cost_usd}`
  const field = Object.hasOwn(tokenFields, billable) ? tokenFields[billable] : undefined
  if (unit === 'token' && field !== undefined) parts.tokens[field] = rate.usd
  else if (unit === 'megapixel' && field === 'image_in') parts.inputMegapixel = rate.usd
  else if (unit === 'image' && field === 'image_in') {
    parts.modifiers.push({ kind: 'reference_image_fee', fee: rate.usd })
  } else if (unit === 'image' && billable === 'input_font') {
    parts.modifiers.push({ kind: 'font_fee', fee: rate.usd })
  } else return shown
  return undefined
}

function componentsOf(unit: string, usd: string, parts: Parts): Component[] | undefined {
  const { tokens, inputMegapixel } = parts
  const isByToken = tokens.text_in !== undefined || tokens.image_in !== undefined
  const inputs: Component[] = isByToken ? [{ kind: 'tokens', ...tokens }] : []
  if (unit === 'token') {
    return inputMegapixel === undefined
      ? [{ kind: 'tokens', ...tokens, image_out: usd }]
      : undefined
  }
  if (unit === 'image') {
    return inputMegapixel === undefined ? [{ kind: 'per_image', usd }, ...inputs] : undefined
  }
  if (unit !== 'megapixel') return undefined
  const output: Component =
    inputMegapixel === undefined
      ? { kind: 'per_megapixel', usd_per_mp: usd, ...megapixelRule }
      : {
          kind: 'first_plus_extra_mp',
          first: usd,
          extra: usd,
          input_mp: inputMegapixel,
          ...megapixelRule,
        }
  return [output, ...inputs]
}

/** A variant is a resolution class, a quality or a size; anything else is not guessed at. */
function selectorOf(variant: string | null): FeedSelector | undefined {
  if (variant === null || variant === '') return anySelector
  const name = variant.toLowerCase()
  if (/^(512|[1-8]k)$/.test(name)) return { ...anySelector, resolution: name }
  if (/^(low|medium|high|xhigh|max)$/.test(name)) return { ...anySelector, quality: name }
  if (/^\d{2,5}x\d{2,5}$/.test(name)) return { ...anySelector, size: name }
  return undefined
}

function rateOf(
  value: number | string,
): { readonly usd: string; readonly flaw?: undefined } | { readonly flaw: FlawedEntry['flaw'] } {
  const number = typeof value === 'number' ? value : Number(value.trim() || Number.NaN)
  if (!Number.isFinite(number)) return { flaw: 'not_a_number' }
  if (number === 0) return { flaw: 'zero' }
  return number < 0 ? { flaw: 'negative' } : { usd: decimal(value).toFixed() }
}

const noStructure = (text: string): { readonly ok: false; readonly refusal: Refusal } =>
  refused({ code: 'no_structure', text: `no price structure for ${text}` })
