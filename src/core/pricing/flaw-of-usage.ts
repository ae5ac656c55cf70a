import { type UnpriceableReason, unpriceable } from './unpriceable.ts'
import type { TokenUsage, Usage } from './usage.ts'

const wholeFields = [
  'images',
  'width',
  'height',
  'steps',
  'controlnets',
  'loras',
  'references',
  'fonts',
  'searches',
] as const
const decimalFields = [
  'outputMegapixels',
  'inputMegapixels',
  'credits',
  'predictSeconds',
  'startupSeconds',
  'scaleFactor',
  'videoSeconds',
  'inputVideoSeconds',
  'framesPerSecond',
  'videoTokens',
] as const
const shareFields = ['utilisation', 'maskFraction'] as const
const tokenFields = [
  'textIn',
  'cachedTextIn',
  'imageIn',
  'cachedImageIn',
  'imageOut',
  'textOut',
] as const satisfies readonly (keyof TokenUsage)[]

/**
 * What is impossible in a usage, if anything. Usage also comes from providers' answers, and a
 * negative or missing count there must not become a discount or a NaN.
 */
export function flawOfUsage(usage: Usage): UnpriceableReason | undefined {
  const { tokens = {} } = usage
  return (
    firstFlaw(wholeFields, usage, Number.isInteger) ??
    firstFlaw(decimalFields, usage, Number.isFinite) ??
    firstFlaw(shareFields, usage, isShare) ??
    firstFlaw(tokenFields, tokens, Number.isInteger, 'tokens.') ??
    (usage.images === undefined ? impossible('images', undefined) : undefined)
  )
}

const isShare = (count: number): boolean => Number.isFinite(count) && count <= 1

/** Every price of every request comes by here, so nothing is built before a flaw is found. */
function firstFlaw<Name extends string>(
  names: readonly Name[],
  counts: { readonly [Field in Name]?: number },
  isPossible: (count: number) => boolean,
  prefix = '',
): UnpriceableReason | undefined {
  for (const name of names) {
    const count = counts[name]
    if (count === undefined) continue
    const isCount = isPossible(count) && count >= 0 && count <= Number.MAX_SAFE_INTEGER
    if (!isCount) return impossible(prefix + name, count)
  }
  return undefined
}

const impossible = (name: string, count: unknown): UnpriceableReason =>
  unpriceable('invalid_usage', name, `${name} cannot be ${String(count)}`)
