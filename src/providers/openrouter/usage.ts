import { isObject } from '../../core/json.ts'
import { decimal } from '../../core/pricing/decimal.ts'
import type { Usage } from '../../core/pricing/usage.ts'
import type { ProviderCall } from '../../ports/provider.ts'
import { textTokens } from '../shared/text-tokens.ts'
import { factsOf } from './facts.ts'

/** What a call cost by OpenRouter's account of it, and what it used. */
interface Cost {
  readonly usage: Partial<Usage>
  readonly reportedDollars?: string
}

/** Reads `usage`: the exact charge, and the tokens of models that are paid by them. */
export function fromUsage(value: unknown, call: ProviderCall): Cost {
  if (!isObject(value)) return { usage: {} }
  const reported = dollarsOf(value)
  return {
    usage: fromTokens(value, call),
    ...(reported === undefined ? {} : { reportedDollars: reported }),
  }
}

/**
 * The charge in credits, which are dollars. With a key of one's own at the supplier it is
 * OpenRouter's fee alone, and what the supplier charges stands beside it.
 */
function dollarsOf(value: Record<string, unknown>): string | undefined {
  const { cost, is_byok: isOwnKey, cost_details: details } = value
  const upstream = isObject(details) ? details.upstream_inference_cost : undefined
  if (!isAmount(cost)) return undefined
  if (isOwnKey !== true) return decimal(cost).toFixed()
  return isAmount(upstream) ? decimal(cost).plus(upstream).toFixed() : undefined
}

const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0

/** Prompt tokens are not split by kind: what the words do not explain is input images. */
function fromTokens(value: Record<string, unknown>, call: ProviderCall): Partial<Usage> {
  if (factsOf(call.model).tokens === undefined) return {}
  const prompt = countOf(value.prompt_tokens)
  const output = countOf(value.completion_tokens)
  if (prompt === undefined || output === undefined) return {}
  const details = isObject(value.completion_tokens_details) ? value.completion_tokens_details : {}
  const imageOut = Math.min(output, countOf(details.image_tokens) ?? output)
  const words = call.images.length === 0 ? prompt : textTokens(call.prompt).expected
  const textIn = Math.min(prompt, words)
  return { tokens: { textIn, imageIn: prompt - textIn, imageOut, textOut: output - imageOut } }
}

const countOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
