import type { Model } from '../../../core/catalog/model.ts'
import type { Quality, Size } from '../../../core/request/image-request.ts'
import type { ResolvedRequest } from './emulated-request.ts'
import { hasTokens, outputTokens, PARTIAL_IMAGE_TOKENS, tokenFamilyOf } from './tokens.ts'

/** Tokens of one call as an emulator counts and bills them. */
export interface CallTokens {
  readonly text: number
  readonly image: number
  readonly out: number
}

/** Nano-dollars per token: of the prompt, of input images, of output images. */
export type TokenRates = readonly [text: bigint, image: bigint, out: bigint]

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

/**
 * Counts what a call takes; `factor` plays a provider that charges more than it says. Undefined for
 * models that are not paid by tokens.
 */
export function countTokens(asked: ResolvedRequest, factor: number): CallTokens | undefined {
  if (!hasTokens(asked.model)) return undefined
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

/** What tokens cost, in nano-dollars. */
export const tokensNano = (tokens: CallTokens, [text, image, out]: TokenRates): bigint =>
  BigInt(tokens.text) * text + BigInt(tokens.image) * image + BigInt(tokens.out) * out
