import { dollarsFromNano } from '../../core/money.ts'
import type { EmulatorKit } from '../shared/emulator.ts'
import type { ContentRequest } from './sandbox-request.ts'

/**
 * Nano-dollars per token, written down a second time on purpose (not read from `prices.json`), so
 * that a wrong rate in the book shows as a difference to the bill. Sources as there, read
 * 2026-11-20.
 */
const RATES: { readonly [model: string]: readonly [input: bigint, image: bigint, text: bigint] } = {
  'gemini-nano-banana-2.1': [1_500n, 30_000n, 7_500n],
  'gemini-3-pro-image': [2_000n, 120_000n, 12_000n],
  'gemini-3.1-flash-lite-image': [250n, 30_000n, 1_500n],
  'gemini-3.1-flash-image': [500n, 60_000n, 3_000n],
  'gemini-2.5-flash-image': [300n, 30_000n, 2_500n],
}
/** One search on the web: $14 for a thousand. */
const SEARCH_NANO = 14_000_000n

/** Tokens of a picture at 1K, 2K and 4K; 2.1 takes what Nano Banana 2 took. */
function pictureTokens(model: string, imageSize: string): number {
  if (model === 'gemini-3-pro-image') return imageSize === '4K' ? 2_000 : 1_120
  if (model === 'gemini-2.5-flash-image') return 1_290
  const bySize: { readonly [size: string]: number } = { '512': 747, '2K': 1_680, '4K': 2_520 }
  return bySize[imageSize] ?? 1_120
}

/** Thinking of each level, before some that depends on the prompt. */
const THOUGHTS: { readonly [level: string]: number } = { minimal: 30, medium: 140, high: 700 }

/** Tokens of one call as the emulator counts and bills them. */
export interface CallTokens {
  readonly text: number
  readonly image: number
  readonly imageOut: number
  readonly textOut: number
  readonly thoughts: number
  readonly searches: number
}

/** Counts what a call takes; `factor` plays a provider that charges more than it says. */
export function countTokens(asked: ContentRequest, kit: EmulatorKit, factor: number): CallTokens {
  const { model, thinkingLevels } = asked.subject
  const level = asked.thinkingLevel ?? (thinkingLevels.length > 2 ? 'medium' : thinkingLevels[0])
  const thinks = model.wire.thinking_levels !== undefined
  const thoughts = thinks ? (THOUGHTS[level ?? 'medium'] ?? 0) + (kit.hash(asked.prompt) % 25) : 0
  return {
    text: Math.ceil(Buffer.byteLength(asked.prompt) / 4) + 1,
    image: asked.inputs.length * 560,
    imageOut: asked.wantsImage ? Math.ceil(pictureTokens(model.id, asked.imageSize) * factor) : 0,
    textOut: asked.wantsText ? 18 : 0,
    thoughts,
    searches: asked.searches ? 1 + (kit.hash(`searches ${asked.prompt}`) % 2) : 0,
  }
}

/** Notes what Google would bill for a call. */
export function bill(
  { subject }: ContentRequest,
  tokens: CallTokens,
  kit: EmulatorKit,
  requestId: string,
): void {
  const [input, image, text] = RATES[subject.model.id] ?? [0n, 0n, 0n]
  const nano =
    BigInt(tokens.text + tokens.image) * input +
    BigInt(tokens.imageOut) * image +
    BigInt(tokens.textOut + tokens.thoughts) * text +
    BigInt(tokens.searches) * SEARCH_NANO
  const images = tokens.imageOut === 0 ? 0 : 1
  kit.bill({ model: subject.model.id, images, dollars: dollarsFromNano(nano), requestId })
}
