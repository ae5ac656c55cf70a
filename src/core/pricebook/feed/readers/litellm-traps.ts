import type { Doubt } from '../feed-entry.ts'

/** A figure of LiteLLM's file that is known to be wrong. It is told by its value: once the value is
 * corrected, the row is taken like any other. */
interface Trap {
  readonly keys: readonly string[]
  readonly field: string
  readonly value: number
  readonly doubt: Doubt
}

/** Stability bills in credits of a cent; LiteLLM divides by a thousand instead of a hundred. */
const tenth = (value: number, keys: readonly string[]): Trap => ({
  keys: keys.map((name) => `stability/${name}`),
  field: 'output_cost_per_image',
  value,
  doubt: {
    code: 'unit_error',
    text: `$${value} is a tenth of Stability's price in credits of $0.01`,
  },
})

/**
 * Wrong rows of model_prices_and_context_window.json, read 2026-08-01 and compared with the
 * providers' own pages (platform.stability.ai/pricing, ai.google.dev/gemini-api/docs/pricing,
 * developers.openai.com, docs.dev.runwayml.com/guides/pricing).
 */
const traps: readonly Trap[] = [
  tenth(0.002, ['fast']),
  tenth(0.004, ['outpaint']),
  tenth(0.005, ['inpaint', 'erase', 'search-and-replace', 'search-and-recolor']),
  tenth(0.005, ['remove-background', 'sketch', 'structure', 'style']),
  tenth(0.008, ['replace-background-and-relight', 'style-transfer']),
  tenth(0.04, ['conservative']),
  tenth(0.06, ['creative']),
  {
    keys: ['gemini/gemini-3.1-flash-image', 'gemini/gemini-3.1-flash-image-preview'],
    field: 'output_cost_per_image',
    value: 0.045,
    doubt: {
      code: 'known_wrong',
      text: '$0.045 is the price of 512 pixels, and the input rates are half of the true ones',
    },
  },
  {
    keys: ['chatgpt-image-latest'],
    field: 'output_cost_per_image_token',
    value: 0.00004,
    doubt: { code: 'known_wrong', text: 'these are the rates of gpt-image-1' },
  },
  {
    keys: ['aiml/openai/gpt-image-2'],
    field: 'output_cost_per_image',
    value: 0.054,
    doubt: { code: 'partial_price', text: '$0.054 is the price of medium quality alone' },
  },
  {
    keys: ['runwayml/gen4_image'],
    field: 'output_cost_per_image',
    value: 0.05,
    doubt: { code: 'partial_price', text: '$0.05 is the price of 720p; 1080p takes 8 credits' },
  },
]

/** What is known to be wrong about a row, if anything. */
export const doubtsAboutLitellm = (
  key: string,
  row: Readonly<Record<string, unknown>>,
): readonly Doubt[] =>
  traps
    .filter(({ keys, field, value }) => keys.includes(key) && row[field] === value)
    .map(({ doubt }) => doubt)
