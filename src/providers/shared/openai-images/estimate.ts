import type { CallPlan, UsageEstimate } from '../../../core/catalog/call-plan.ts'
import type { Usage } from '../../../core/pricing/usage.ts'
import type { Quality, Size } from '../../../core/request/image-request.ts'
import { isStreamed } from './images-wire.ts'
import {
  hasTokens,
  inputImageTokens,
  outputTokens,
  PARTIAL_IMAGE_TOKENS,
  promptTokens,
  type TokenFamily,
  type TokenRange,
  tokenFamilyOf,
} from './tokens.ts'

/** What `auto` chooses among (OpenAI API reference, read 2026-11-20). */
const AUTO_SIZES: readonly Size[] = [
  { width: 1024, height: 1024 },
  { width: 1536, height: 1024 },
  { width: 1024, height: 1536 },
]
const AUTO_QUALITIES = { low: 'low', expected: 'medium', high: 'high' } as const

type Bound = keyof UsageEstimate

/**
 * What a call can use. Without a quality or size the provider chooses, so the range spans what it
 * may choose. A level without a published count has no tokens at all: pricing then refuses, which
 * is better than a guess.
 */
export function estimate(plan: CallPlan): UsageEstimate {
  if (!hasTokens(plan.model)) return flat(plan)
  const prompt = promptTokens(plan.prompt)
  return {
    low: usageAt('low', plan, prompt),
    expected: usageAt('expected', plan, prompt),
    high: usageAt('high', plan, prompt),
  }
}

/** A model that is not paid by tokens: so many pictures. */
function flat({ n, expectedSize: { width, height }, operation }: CallPlan): UsageEstimate {
  const exact: Usage = { images: n, width, height, operation }
  return { low: exact, expected: exact, high: exact }
}

function usageAt(bound: Bound, plan: CallPlan, prompt: TokenRange): Usage {
  const family = tokenFamilyOf(plan.model)
  const quality = plan.settings.quality ?? AUTO_QUALITIES[bound]
  const { size, tokens: perImage } = pictureAt(bound, plan, family, quality)
  const { width, height } = size
  const facts = { images: plan.n, width, height, size: `${width}x${height}`, quality }
  if (perImage === undefined) return { ...facts, operation: plan.operation }
  const partials = bound === 'low' || !isStreamed(plan) ? 0 : (plan.partialImages ?? 0)
  const inputs = plan.images.length + (bound === 'high' && plan.mask !== undefined ? 1 : 0)
  const fidelity = plan.settings.inputFidelity ?? 'low'
  return {
    ...facts,
    operation: plan.operation,
    tokens: {
      textIn: prompt[bound],
      imageIn: inputs * inputImageTokens(family, fidelity)[bound],
      imageOut: plan.n * (perImage + partials * PARTIAL_IMAGE_TOKENS),
    },
  }
}

/** The size a bound is reached at, and what one picture of it takes. */
function pictureAt(
  bound: Bound,
  plan: CallPlan,
  family: TokenFamily,
  quality: Quality,
): { readonly size: Size; readonly tokens: number | undefined } {
  const asked = plan.settings.size
  const sizes = asked === undefined ? AUTO_SIZES : [asked]
  const pictures = sizes.map((size) => ({
    size,
    tokens: outputTokens(family, quality, size)?.[bound],
  }))
  const first = pictures[0] ?? { size: plan.expectedSize, tokens: undefined }
  if (bound === 'expected') return first
  const isBeyond = (tokens: number, best: number): boolean =>
    bound === 'low' ? tokens < best : tokens > best
  return pictures.reduce(
    (best, next) =>
      next.tokens !== undefined && isBeyond(next.tokens, best.tokens ?? next.tokens) ? next : best,
    first,
  )
}
