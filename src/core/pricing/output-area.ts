import { ok, type Result, refused } from '../result.ts'
import { type Decimal, decimal } from './decimal.ts'
import { type MegapixelSettings, megapixelsOf } from './megapixels.ts'
import { missingUsage, type UnpriceableReason, unpriceable } from './unpriceable.ts'
import type { Usage } from './usage.ts'

/** Width and height of each output image, refused when unknown or when there is no area. */
function outputEdges(
  usage: Usage,
  kind: string,
): Result<{ readonly width: number; readonly height: number }, UnpriceableReason> {
  const { width, height } = usage
  if (width === undefined || height === undefined) {
    return refused(missingUsage('width and height', kind))
  }
  if (width > 0 && height > 0) return ok({ width, height })
  const text = `a picture of ${width}x${height} pixels has no area`
  return refused(unpriceable('invalid_usage', 'width and height', text))
}

/** Pixels of each output image. */
export function outputPixels(usage: Usage, kind: string): Result<Decimal, UnpriceableReason> {
  const edges = outputEdges(usage, kind)
  return edges.ok ? ok(decimal(edges.value.width).times(edges.value.height)) : edges
}

/**
 * Megapixels of each output image: as billed or reported, else counted as the offer counts them.
 * None at all is refused, because an area of nothing would make a picture free.
 */
export function outputMegapixels(
  usage: Usage,
  settings: MegapixelSettings,
  kind: string,
): Result<Decimal, UnpriceableReason> {
  const { outputMegapixels: reported } = usage
  if (reported !== undefined && reported > 0) return ok(decimal(reported))
  if (reported !== undefined) {
    const text = 'a picture of 0 megapixels has no area'
    return refused(unpriceable('invalid_usage', 'outputMegapixels', text))
  }
  const edges = outputEdges(usage, kind)
  return edges.ok ? ok(megapixelsOf(edges.value, settings)) : edges
}
