import { once } from './once.ts'

/** A number of tokens that is known only within bounds; `high` is a hard ceiling. */
export interface TokenRange {
  readonly low: number
  readonly expected: number
  readonly high: number
}

/** English text has about four characters a token (OpenAI tokenizer page, read 2026-11-20). */
const CHARACTERS_PER_TOKEN = 4
/** No usual text has longer tokens on average. */
const MOST_CHARACTERS_PER_TOKEN = 12
/** All offers of one quote count the same text; older ones need not be kept. */
const FEW = { maxKept: 8 }
/** Room for the tokens that a provider puts around a prompt; an assumption of ours. */
const FRAME_TOKENS = 32

/**
 * Text tokens of a prompt, by its characters, because no tokenizer is shipped. The ceiling is one
 * token a byte, which no tokenizer that works on bytes can exceed.
 */
export const textTokens = once((text: string): TokenRange => {
  const characters = [...text].length
  return {
    low: Math.ceil(characters / MOST_CHARACTERS_PER_TOKEN),
    expected: Math.ceil(characters / CHARACTERS_PER_TOKEN),
    high: new TextEncoder().encode(text).length + FRAME_TOKENS,
  }
}, FEW)
