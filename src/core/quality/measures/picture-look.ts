import type { Size } from '../../request/image-request.ts'
import { type ColourSample, gridMeans } from './colour-sample.ts'
import { differingBits, hashPicture, looksAlike, type PictureHash } from './picture-hash.ts'

/** What a picture looks like, close enough to tell a copy from one that was changed somewhere. */
export interface PictureLook {
  /** Pixels of the picture itself, upright. */
  readonly size: Size
  readonly hash: PictureHash
  /** Mean red, green and blue of the cells of a grid, 0 to 255, channel by channel. */
  readonly cells: Uint8Array
}

/** Edge of the square that pictures are squeezed into, so that cells of copies lie alike. */
export const LOOK_EDGE = 256
/** Cells along an edge: each is 8 × 8 pixels of the square. */
const CELLS = 32
const CHANNELS = [0, 1, 2] as const
/**
 * Most that any cell of a copy differs: compression and scaling move the mean of a cell by some
 * levels, a changed word or a moved button by tens (measured on drawn pictures; see the test of the
 * decoder).
 */
const MAX_CELL_DIFFERENCE = 8
/** Widest difference of two shapes that count as one: 2 %, as for sizes. */
const MAX_SHAPE_DIFFERENCE = 0.02

/** Looks at a square of {@link LOOK_EDGE} pixels. @param size of the picture before squeezing. */
export function lookOf(sample: ColourSample, size: Size): PictureLook {
  const { width, height, pixels } = sample
  const cells = new Uint8Array(CELLS * CELLS * CHANNELS.length)
  for (const channel of CHANNELS) {
    const values = Uint8Array.from(
      { length: width * height },
      (_, index) => pixels[index * 4 + channel] ?? 0,
    )
    cells.set(gridMeans({ width, height, values }, CELLS).map(Math.round), channel * CELLS * CELLS)
  }
  return { size, hash: hashPicture(sample), cells }
}

/**
 * In how many of 256 bits two pictures differ that show the same photo, compressed otherwise or
 * scaled; undefined when they may be two photos. The bits are blind to what is small or to colour,
 * so every cell must agree as well. What is too flat to be told is never the same.
 */
export function copyBits(one: PictureLook, other: PictureLook): number | undefined {
  const shape = one.size.width / one.size.height
  const otherShape = other.size.width / other.size.height
  if (Math.abs(shape / otherShape - 1) > MAX_SHAPE_DIFFERENCE) return undefined
  if (!looksAlike(one.hash, other.hash)) return undefined
  const isOther = one.cells.some(
    (value, index) => Math.abs(value - (other.cells[index] ?? 0)) > MAX_CELL_DIFFERENCE,
  )
  return isOther ? undefined : differingBits(one.hash.bits, other.hash.bits)
}
