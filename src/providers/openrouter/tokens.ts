import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { Quality } from '../../core/request/image-request.ts'
import { gptImage2Tokens } from '../shared/openai-images/gpt-image-2-tokens.ts'
import type { TokenRange } from '../shared/text-tokens.ts'
import { factsOf } from './facts.ts'

const exactly = (count: number): TokenRange => ({ low: count, expected: count, high: count })

/**
 * Tokens of one picture of Google's, by resolution class (Google's price page as copied by
 * api-evangelist/gemini, 2026-09-20). Those of Nano Banana 2.1 at 2K and 4K are not published.
 */
const GOOGLE_TOKENS: { readonly [model: string]: { readonly [size: string]: TokenRange } } = {
  'gemini-nano-banana-2.1': {
    '1k': exactly(1_120),
    '2k': { low: 1_120, expected: 1_680, high: 3_360 },
    '4k': { low: 1_120, expected: 2_520, high: 5_040 },
  },
  'gemini-3-pro-image': { '1k': exactly(1_120), '2k': exactly(1_120), '4k': exactly(2_000) },
}

/** Without a quality the provider chooses one. */
const AUTO_QUALITY: { readonly [Bound in keyof TokenRange]: Quality } = {
  low: 'low',
  expected: 'medium',
  high: 'high',
}

/**
 * OpenAI's previews take 100 tokens each (apidog.com/blog/gpt-image-2-5-api, 2026-09-09); how many
 * come cannot be asked of OpenRouter, OpenAI makes three at most.
 */
const PREVIEW_TOKENS: TokenRange = { low: 0, expected: 0, high: 300 }

/** Output tokens of a call's pictures; undefined where no count is known: nothing is priced. */
export function imageTokensOf(plan: CallPlan): TokenRange | undefined {
  const { model, settings, n, expectedSize, partialImages } = plan
  const { tokens } = factsOf(model)
  if (tokens !== 'gpt-image-2') return GOOGLE_TOKENS[tokens ?? '']?.[settings.resolution ?? '1k']
  const countAt = (bound: keyof TokenRange): number => {
    const quality = settings.quality ?? AUTO_QUALITY[bound]
    const each = gptImage2Tokens(quality, settings.size ?? expectedSize) ?? 0
    return n * each + (partialImages === undefined ? 0 : PREVIEW_TOKENS[bound])
  }
  return { low: countAt('low'), expected: countAt('expected'), high: countAt('high') }
}

/** Tokens of one input image: 560 at Google's (its price page), 560 to 1,500 seen at OpenAI's. */
export const inputTokensOf = ({ model }: Pick<CallPlan, 'model'>): TokenRange =>
  factsOf(model).tokens === 'gpt-image-2'
    ? { low: 560, expected: 1_000, high: 3_000 }
    : { low: 258, expected: 560, high: 2_240 }

/** Google's models think before they paint, and OpenRouter cannot limit it: the ceiling is ours. */
export const thinkingTokensOf = ({ model }: Pick<CallPlan, 'model'>): TokenRange =>
  factsOf(model).tokens === 'gpt-image-2' ? exactly(0) : { low: 0, expected: 300, high: 8_192 }
