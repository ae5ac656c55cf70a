import type { CallPlan } from '../../core/catalog/call-plan.ts'
import type { TokenRange } from '../shared/text-tokens.ts'
import { readOptions, thinkingLevelsOf } from './options.ts'

const exactly = (count: number): TokenRange => ({ low: count, expected: count, high: count })

/** For models that make one number of pixels. */
const ONLY_CLASS = '1k'

/**
 * Output tokens of one picture, by model and resolution class (Google's price page as copied by
 * api-evangelist/gemini 2026-09-20, HeyPuter/puter about 2026-09, LiteLLM 2026-08-01). Those of
 * Nano Banana 2.1 at 2K and 4K are not published: the counts of Nano Banana 2 are the prior, and
 * twice of them is declared as the ceiling, which the call then tells Google as its limit.
 */
const IMAGE_TOKENS: { readonly [model: string]: { readonly [size: string]: TokenRange } } = {
  'gemini-nano-banana-2.1': {
    '1k': exactly(1_120),
    '2k': { low: 1_120, expected: 1_680, high: 3_360 },
    '4k': { low: 1_120, expected: 2_520, high: 5_040 },
  },
  'gemini-3-pro-image': { '1k': exactly(1_120), '2k': exactly(1_120), '4k': exactly(2_000) },
  'gemini-3.1-flash-lite-image': { '1k': exactly(1_120) },
  'gemini-3.1-flash-image': {
    '512': exactly(747),
    '1k': exactly(1_120),
    '2k': exactly(1_680),
    '4k': exactly(2_520),
  },
  'gemini-2.5-flash-image': { '1k': exactly(1_290) },
}

/**
 * Tokens of thinking, billed as text. No figures are published: the expected ones are ours, from
 * one documented answer with 140; the ceilings are ours too and are sent as a limit.
 */
const THINKING_TOKENS: { readonly [level: string]: TokenRange } = {
  none: exactly(0),
  minimal: { low: 0, expected: 60, high: 2_048 },
  medium: { low: 0, expected: 400, high: 4_096 },
  high: { low: 0, expected: 1_200, high: 16_384 },
}
/** A model that thinks as much as it likes. */
const FREE_THINKING = { low: 0, expected: 400, high: 8_192 }

/**
 * Tokens of one input image: about 560 are billed (Google's price page: $0.0011 at $2 a million).
 * The ceiling is four times that, because the count depends on the picture.
 */
export const INPUT_IMAGE_TOKENS: TokenRange = { low: 258, expected: 560, high: 2_240 }

/** Output tokens of the picture; undefined where no count is published: then nothing is priced. */
export const imageTokensOf = ({
  model,
  settings,
}: Pick<CallPlan, 'model' | 'settings'>): TokenRange | undefined =>
  IMAGE_TOKENS[model.id]?.[settings.resolution ?? ONLY_CLASS]

/** How much a call thinks: what the caller chose, else as little as the model can. */
export function thinkingLevelOf(plan: Pick<CallPlan, 'model' | 'options'>): string | undefined {
  return readOptions(plan).thinking_level ?? thinkingLevelsOf(plan.model)?.[0]
}

/** Tokens of the text that comes with a picture. */
export function thinkingTokensOf(plan: Pick<CallPlan, 'model' | 'options'>): TokenRange {
  const level = thinkingLevelOf(plan)
  if (level !== undefined) return THINKING_TOKENS[level] ?? FREE_THINKING
  return thinkingLevelsOf(plan.model) === undefined ? exactly(0) : FREE_THINKING
}

/** What a call may put out at most: sent along, so that the hold is a true ceiling. */
export function outputLimitOf(plan: Pick<CallPlan, 'model' | 'options' | 'settings'>): number {
  return (imageTokensOf(plan)?.high ?? MOST_IMAGE_TOKENS) + thinkingTokensOf(plan).high
}

/** More than any picture of a known count. */
const MOST_IMAGE_TOKENS = 5_040
