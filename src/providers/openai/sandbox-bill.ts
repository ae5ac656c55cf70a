import type { Model } from '../../core/catalog/model.ts'
import { dollarsFromNano } from '../../core/money.ts'
import type { Quality, Size } from '../../core/request/image-request.ts'
import type { EmulatorKit } from '../shared/emulator.ts'
import type { ResolvedRequest } from './sandbox-request.ts'
import { outputTokens, PARTIAL_IMAGE_TOKENS, tokenFamilyOf } from './tokens.ts'

/**
 * Nano-dollars per token, written down a second time on purpose (not read from `prices.json`), so
 * that a wrong rate in the book shows as a difference to the bill. Sources as there, read
 * 2026-11-20. chatgpt-image-latest has no published price and is billed like gpt-image-1.5.
 */
const RATES: { readonly [model: string]: readonly [text: bigint, image: bigint, out: bigint] } = {
  'gpt-image-1.5': [5_000n, 8_000n, 32_000n],
  'chatgpt-image-latest': [5_000n, 8_000n, 32_000n],
  'gpt-image-1-mini': [2_000n, 2_500n, 8_000n],
}
const STANDARD_RATES = [5_000n, 8_000n, 30_000n] as const

/** Tokens of one call as the emulator counts and bills them. */
export interface CallTokens {
  readonly text: number
  readonly image: number
  readonly out: number
}

/**
 * Tokens of one input image: within the range seen for gpt-image-2 (560 to 1,500), by the bytes;
 * for the gpt-image-1 family two tiles, and the surcharge of high fidelity.
 */
function inputTokens(bytes: Uint8Array, { model, inputFidelity }: ResolvedRequest): number {
  if (model.sizes.kind === 'free') return 560 + (bytes.length % 941)
  return 65 + 2 * 129 + (inputFidelity === 'high' ? 6_240 : 0)
}

/** The prompt at four bytes a token, and six around it. */
const textTokens = (prompt: string): number => Math.ceil(Buffer.byteLength(prompt) / 4) + 6

/** Counts what a call takes; `factor` plays a provider that charges more than it says. */
export function countTokens(asked: ResolvedRequest, factor: number): CallTokens {
  const partials = asked.isStreamed ? asked.partialImages : 0
  const each = pictureTokens(asked.model, asked.quality, asked.size)
  const out = asked.n * (each + partials * PARTIAL_IMAGE_TOKENS)
  return {
    text: textTokens(asked.prompt),
    image: asked.inputs.reduce((sum, bytes) => sum + inputTokens(bytes, asked), 0),
    out: Math.ceil(out * factor),
  }
}

/** `xhigh` and `max` have no published count; the emulator takes two and three times `high`. */
function pictureTokens(model: Model, quality: Quality, size: Size): number {
  const family = tokenFamilyOf(model)
  const known = outputTokens(family, quality, size)
  if (known !== undefined) return known.expected
  const high = outputTokens(family, 'high', size)?.expected ?? 0
  return high * (quality === 'max' ? 3 : 2)
}

/** Notes what OpenAI would bill for a call. */
export function bill(
  asked: ResolvedRequest,
  tokens: CallTokens,
  kit: EmulatorKit,
  requestId: string,
): void {
  const [text, image, out] = RATES[asked.model.id] ?? STANDARD_RATES
  const nano = BigInt(tokens.text) * text + BigInt(tokens.image) * image + BigInt(tokens.out) * out
  const dollars = dollarsFromNano(nano)
  kit.bill({ model: asked.model.id, images: asked.n, dollars, requestId })
}
