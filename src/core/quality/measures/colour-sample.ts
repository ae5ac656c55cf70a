import type { Size } from '../../request/image-request.ts'

/** Longest edge of what checks look at; sharpness is compared at this size. */
export const SAMPLE_EDGE = 512

/** A picture shrunk to at most {@link SAMPLE_EDGE}: red, green, blue and alpha, row by row. */
export interface ColourSample extends Size {
  readonly pixels: Uint8Array
  /** Whether the picture has transparency at all; without it every alpha is 255. */
  readonly hasAlpha: boolean
}

/** From here on a pixel is seen; below, what lies behind it is. */
export const VISIBLE_ALPHA = 128
/** What stands behind clear pixels: neither black nor white, or a sign of these would vanish. */
const NEUTRAL = 128

/** Luminance of each pixel, 0 to 255 (weights of Rec. 709), over a neutral ground. */
export function luminanceOf({ pixels }: ColourSample): Float32Array {
  const luminance = new Float32Array(pixels.length / 4)
  for (let index = 0; index < luminance.length; index += 1) {
    const at = index * 4
    const red = pixels[at] ?? 0
    const green = pixels[at + 1] ?? 0
    const blue = pixels[at + 2] ?? 0
    const opacity = (pixels[at + 3] ?? 0) / 255
    const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    luminance[index] = light * opacity + NEUTRAL * (1 - opacity)
  }
  return luminance
}

/**
 * Means of the cells of a `side` × `side` grid that is stretched over a plane of values. A plane
 * with fewer rows or columns than the grid repeats them.
 */
export function gridMeans(
  { width, height, values }: Size & { readonly values: ArrayLike<number> },
  side: number,
): Float64Array {
  const means = new Float64Array(side * side)
  for (let row = 0; row < side; row += 1) {
    const [top, bottom] = cellEdges(row, side, height)
    for (let column = 0; column < side; column += 1) {
      const [left, right] = cellEdges(column, side, width)
      let sum = 0
      for (let y = top; y < bottom; y += 1) {
        for (let x = left; x < right; x += 1) sum += values[y * width + x] ?? 0
      }
      means[row * side + column] = sum / ((bottom - top) * (right - left))
    }
  }
  return means
}

const cellEdges = (cell: number, side: number, length: number): [number, number] => {
  const first = Math.min(length - 1, Math.floor((cell * length) / side))
  return [first, Math.max(first + 1, Math.floor(((cell + 1) * length) / side))]
}

/** Standard deviation of values; 0 for none. */
export function deviationOf(values: ArrayLike<number>): number {
  let sum = 0
  let squares = 0
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0
    sum += value
    squares += value * value
  }
  if (values.length === 0) return 0
  const mean = sum / values.length
  return Math.sqrt(Math.max(0, squares / values.length - mean * mean))
}
