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
  const flaws = [
    ...wholeFields.map((name) => flawOfCount(name, usage[name], Number.isInteger)),
    ...decimalFields.map((name) => flawOfCount(name, usage[name], Number.isFinite)),
    ...shareFields.map((name) => flawOfCount(name, usage[name], isShare)),
    ...tokenFields.map((name) => flawOfCount(`tokens.${name}`, tokens[name], Number.isInteger)),
    usage.images === undefined ? impossible('images', undefined) : undefined,
  ]
  return flaws.find((flaw) => flaw !== undefined)
}

const isShare = (count: number): boolean => count <= 1

function flawOfCount(
  name: string,
  count: number | undefined,
  isPossible: (count: number) => boolean,
): UnpriceableReason | undefined {
  if (count === undefined) return undefined
  const isCount = isPossible(count) && count >= 0 && count <= Number.MAX_SAFE_INTEGER
  return isCount ? undefined : impossible(name, count)
}

const impossible = (name: string, count: unknown): UnpriceableReason =>
  unpriceable('invalid_usage', name, `${name} cannot be ${String(count)}`)
