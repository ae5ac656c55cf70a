import type { Model } from '../../../core/catalog/model.ts'
import { isObject } from '../../../core/json.ts'
import type { Quality, Size } from '../../../core/request/image-request.ts'
import { gptImage2Tokens } from './gpt-image-2-tokens.ts'

/**
 * How a model's image tokens are counted.
 * - `gpt-image-2`: exact, by the formula below.
 * - `gpt-image-2-prior`: not published (2.5, 2.6); the same formula as a guess, with wide bounds.
 * - `gpt-image-1`: exact, by a table.
 * - `gpt-image-1-mini`: by the same table, but its price table implies more.
 */
export const tokenFamilies = [
  'gpt-image-2',
  'gpt-image-2-prior',
  'gpt-image-1',
  'gpt-image-1-mini',
] as const
/** See {@link tokenFamilies}. */
export type TokenFamily = (typeof tokenFamilies)[number]

/** A number of tokens that is known only within bounds; `high` is a hard ceiling. */
export interface TokenRange {
  readonly low: number
  readonly expected: number
  readonly high: number
}

type Shape = 'square' | 'portrait' | 'landscape'

/** Output tokens of gpt-image-1 and 1.5 (OpenAI image generation guide, as of 2025-12). */
const GPT_IMAGE_1_TOKENS: {
  readonly [Level in Quality]?: { readonly [Form in Shape]: number }
} = {
  low: { square: 272, portrait: 408, landscape: 400 },
  medium: { square: 1_056, portrait: 1_584, landscape: 1_568 },
  high: { square: 4_160, portrait: 6_240, landscape: 6_208 },
}

/**
 * Tokens that gpt-image-1-mini's price per picture amounts to at its $8 per million
 * (developers.openai.com, model page gpt-image-1-mini, read 2026-11-20: $.005/.006 low,
 * .011/.015 medium, .036/.052 high). They contradict the token table; the ceiling is the dearer.
 */
const MINI_CEILING: { readonly [Level in Quality]?: { readonly [Form in Shape]: number } } = {
  low: { square: 625, portrait: 750, landscape: 750 },
  medium: { square: 1_375, portrait: 1_875, landscape: 1_875 },
  high: { square: 4_500, portrait: 6_500, landscape: 6_500 },
}

/**
 * Bounds of an unpublished count around the gpt-image-2 formula. Nobody publishes a ceiling for 2.5
 * and 2.6; three times the formula is declared as one, so that a hold can be made at all.
 */
const PRIOR_FACTOR = 3

const shapeOf = ({ width, height }: Size): Shape =>
  width === height ? 'square' : width > height ? 'landscape' : 'portrait'

/** Output tokens of one picture; undefined where no count is published: then nothing is priced. */
export function outputTokens(
  family: TokenFamily,
  quality: Quality,
  size: Size,
): TokenRange | undefined {
  if (family === 'gpt-image-2' || family === 'gpt-image-2-prior') {
    const expected = gptImage2Tokens(quality, size)
    if (expected === undefined) return undefined
    if (family === 'gpt-image-2') return { low: expected, expected, high: expected }
    return {
      low: Math.floor(expected / PRIOR_FACTOR),
      expected,
      high: expected * PRIOR_FACTOR,
    }
  }
  const shape = shapeOf(size)
  const expected = GPT_IMAGE_1_TOKENS[quality]?.[shape]
  const ceiling = MINI_CEILING[quality]?.[shape]
  if (expected === undefined || ceiling === undefined) return undefined
  return { low: expected, expected, high: family === 'gpt-image-1' ? expected : ceiling }
}

/** Image tokens of each preview of a stream (apidog.com/blog/gpt-image-2-5-api, 2026-09-09). */
export const PARTIAL_IMAGE_TOKENS = 100

/** Tokens around every prompt (community.openai.com/t/1381388, read 2026-11-20). */
const PROMPT_FRAME_TOKENS = 6
/** English text has about four characters a token (OpenAI tokenizer page). */
const CHARACTERS_PER_TOKEN = 4
/** No usual text has longer tokens on average. */
const MOST_CHARACTERS_PER_TOKEN = 12
/** Slack of the ceiling above one token a byte, which no byte-pair encoding can exceed. */
const PROMPT_SLACK_TOKENS = 32

/** Text tokens of a prompt, by its characters: no tokenizer is shipped. */
export function promptTokens(prompt: string): TokenRange {
  const characters = [...prompt].length
  return {
    low: Math.ceil(characters / MOST_CHARACTERS_PER_TOKEN),
    expected: Math.ceil(characters / CHARACTERS_PER_TOKEN) + PROMPT_FRAME_TOKENS,
    high: Buffer.byteLength(prompt) + PROMPT_SLACK_TOKENS,
  }
}

/**
 * Tokens of one input image. gpt-image-2 and later: 560 to 1,500 were seen; the ceiling doubles
 * that, since no rule is published. gpt-image-1 family: 65 and 129 per tile of 512 pixels (OpenAI
 * image generation guide, as of 2025-12), one to eight tiles.
 */
export function inputImageTokens(family: TokenFamily, fidelity: 'low' | 'high'): TokenRange {
  if (family === 'gpt-image-2' || family === 'gpt-image-2-prior') {
    return { low: 560, expected: 1_000, high: 3_000 }
  }
  const low = { low: 65 + 129, expected: 65 + 2 * 129, high: 65 + 8 * 129 }
  if (fidelity === 'low') return low
  return {
    low: low.low + HIGH_FIDELITY_TOKENS.low,
    expected: low.expected + HIGH_FIDELITY_TOKENS.expected,
    high: low.high + HIGH_FIDELITY_TOKENS.high,
  }
}

/**
 * What high input fidelity adds per image on gpt-image-1.5: 4,160 for a square, 6,240 for others
 * (OpenAI image generation guide, as of 2025-12). The ceiling leaves a third.
 */
const HIGH_FIDELITY_TOKENS: TokenRange = { low: 4_160, expected: 6_240, high: 8_320 }

/** Whether a model is paid by tokens; some services sell others beside them. */
export const hasTokens = ({ wire }: Pick<Model, 'wire'>): boolean => wire.token_family !== undefined

/**
 * How a model counts, from its row in `models.json`.
 * @throws Error when the row names no known family: a broken file.
 */
export function tokenFamilyOf(model: Pick<Model, 'id' | 'wire'>): TokenFamily {
  const named = isObject(model.wire) ? model.wire.token_family : undefined
  const family = tokenFamilies.find((candidate) => candidate === named)
  if (family === undefined) throw new Error(`${model.id} names no known token family`)
  return family
}
