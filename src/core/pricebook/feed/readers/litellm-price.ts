import { decimal } from '../../../pricing/decimal.ts'
import type { Component } from '../../../pricing/structures/index.ts'
import type { FlawedEntry, SkipCode } from '../feed-entry.ts'

/** A row of LiteLLM's file. */
export type LitellmRow = Readonly<Record<string, unknown>>

/** The price of a row, or why it has none. */
export type LitellmPrice =
  | { readonly kind: 'price'; readonly component: Component; readonly note?: string }
  | { readonly kind: 'flawed'; readonly flaw: FlawedEntry['flaw']; readonly text: string }
  | { readonly kind: 'skipped'; readonly code: SkipCode; readonly text: string }

type Figure =
  | { readonly kind: 'rate'; readonly rate: string }
  | { readonly kind: 'absent' }
  | { readonly kind: 'flaw'; readonly flaw: FlawedEntry['flaw'] }

/** Fields that can carry the price of an output picture, best first. */
const IMAGE_FIELDS = ['output_cost_per_image', 'input_cost_per_image'] as const
const PIXEL_FIELDS = ['output_cost_per_pixel', 'input_cost_per_pixel'] as const

/** LiteLLM writes Fireworks' price of a step or picture as if it were that of a million tokens. */
const FIREWORKS_SCALE = 1_000_000

/**
 * The price of one row. Tokens win over prices per picture, which are estimates where both stand.
 * `input_cost_per_image` is the price of the output in the rows of models without tokens (dall-e-3,
 * gpt-image-1 by size), and that of an input picture in all others. Zero is missing, not free.
 */
export function fromLitellmPrice(row: LitellmRow): LitellmPrice {
  const tokens = tokensOf(row)
  if (tokens !== undefined) return tokens
  const flaws: { readonly field: string; readonly flaw: FlawedEntry['flaw'] }[] = []
  for (const field of [...IMAGE_FIELDS, ...PIXEL_FIELDS]) {
    const figure = figureOf(row[field])
    if (figure.kind === 'flaw') flaws.push({ field, flaw: figure.flaw })
    if (figure.kind === 'rate') return { kind: 'price', component: componentOf(field, figure.rate) }
  }
  const fireworks = fireworksOf(row)
  if (fireworks !== undefined) return fireworks
  const worst = flaws.find(({ flaw }) => flaw !== 'zero') ?? flaws[0]
  if (worst !== undefined) {
    const text = `${worst.field} is ${String(row[worst.field])}`
    return { kind: 'flawed', flaw: worst.flaw, text }
  }
  return { kind: 'skipped', code: 'no_price', text: 'the row states no price of a picture' }
}

function tokensOf(row: LitellmRow): LitellmPrice | undefined {
  const imageOut = figureOf(row.output_cost_per_image_token)
  if (imageOut.kind === 'absent') return undefined
  if (imageOut.kind === 'flaw') {
    const text = `output_cost_per_image_token is ${String(row.output_cost_per_image_token)}`
    return { kind: 'flawed', flaw: imageOut.flaw, text }
  }
  const component: Component = {
    kind: 'tokens',
    text_in: rateOf(row.input_cost_per_token),
    cached_in: rateOf(row.cache_read_input_token_cost),
    image_in: rateOf(row.input_cost_per_image_token),
    cached_image_in: rateOf(row.cache_read_input_image_token_cost),
    image_out: imageOut.rate,
    text_out: rateOf(row.output_cost_per_token),
  }
  return { kind: 'price', component }
}

function componentOf(field: string, rate: string): Component {
  return field.endsWith('_pixel')
    ? { kind: 'per_pixel', usd_per_pixel: rate }
    : { kind: 'per_image', usd: rate }
}

function fireworksOf(row: LitellmRow): LitellmPrice | undefined {
  if (row.litellm_provider !== 'fireworks_ai') return undefined
  const figure = figureOf(row.output_cost_per_token)
  if (figure.kind !== 'rate') return undefined
  const rate = decimal(figure.rate).times(FIREWORKS_SCALE).toFixed()
  const note = 'the file divides this price by a million'
  // Kontext is sold by the picture, all else by the step (fireworks.ai/pricing, 2026-08-01).
  const component: Component = String(row.key).includes('kontext')
    ? { kind: 'per_image', usd: rate }
    : { kind: 'per_step_linear', usd_per_step: rate }
  return { kind: 'price', component, note }
}

/** A rate that may be unknown; zero is unknown. */
function rateOf(value: unknown): string | null {
  const figure = figureOf(value)
  return figure.kind === 'rate' ? figure.rate : null
}

function figureOf(value: unknown): Figure {
  if (value === undefined || value === null) return { kind: 'absent' }
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return { kind: 'flaw', flaw: 'not_a_number' }
  }
  if (value <= 0) return { kind: 'flaw', flaw: value === 0 ? 'zero' : 'negative' }
  return { kind: 'rate', rate: decimal(value).toFixed() }
}
