import type { TokenRates } from '../shared/openai-images/emulated-tokens.ts'

/**
 * Nano-dollars per token, written down a second time on purpose (not read from `prices.json`), so
 * that a wrong rate in the book shows as a difference to the bill. Sources as there, read
 * 2026-11-20. chatgpt-image-latest has no published price and is billed like gpt-image-1.5.
 */
const RATES: { readonly [model: string]: TokenRates } = {
  'gpt-image-1.5': [5_000n, 8_000n, 32_000n],
  'chatgpt-image-latest': [5_000n, 8_000n, 32_000n],
  'gpt-image-1-mini': [2_000n, 2_500n, 8_000n],
}
const STANDARD_RATES: TokenRates = [5_000n, 8_000n, 30_000n]

/** What OpenAI takes for a token of a model. */
export const ratesOf = (model: string): TokenRates => RATES[model] ?? STANDARD_RATES
