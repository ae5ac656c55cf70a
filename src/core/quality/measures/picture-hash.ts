import { colourDifference } from '../colour/ciede2000.ts'
import { type Lab, labOf } from '../colour/lab.ts'
import { type ColourSample, gridMeans, luminanceOf } from './colour-sample.ts'

/** What a picture looks like, for finding it again after scaling and encoding. */
export interface PictureHash {
  /** 256 bits as 64 hexadecimal digits. */
  readonly bits: string
  /**
   * 0 to 100: how much there is to hash. Below {@link MIN_DETAIL} flat pictures agree by chance.
   */
  readonly detail: number
  /** Mean colours of a grid of 4 × 4. The bits are blind to colour: a red and a blue one agree. */
  readonly grid: readonly Lab[]
}

/** Edge of the plane that is transformed, and of the corner of low frequencies that is kept. */
const PLANE = 64
const KEPT = 16
const GRID = 4

/** Hashes of pictures with less detail are not compared. */
export const MIN_DETAIL = 50
/** Bits of 256 in which a picture differs from its scaled or re-encoded copy (PDQ's threshold). */
export const SAME_PHOTO_BITS = 31
/** Bits up to which two pictures are variants that hardly differ. */
export const NEAR_PHOTO_BITS = 45
/** Mean colour difference of the grid up to which colours count as the same. */
const SAME_GRID = 3

/** Rows 1 to 16 of the cosine transform of 64 values. */
const cosines = Array.from({ length: KEPT }, (_, row) =>
  Float64Array.from({ length: PLANE }, (_unused, column) =>
    Math.cos((Math.PI * (row + 1) * (column + 0.5)) / PLANE),
  ),
)

/**
 * A hash made as PDQ makes it (Facebook, "The TMK+PDQF video-hashing algorithm and the PDQ image-
 * hashing algorithm", 2019): 64 × 64 grey means, the 16 × 16 lowest frequencies but the mean, one
 * bit for each above their median. PDQ smooths otherwise, so its own hashes differ in some bits:
 * compare hashes of this function only with each other.
 */
export function hashPicture(sample: ColourSample): PictureHash {
  const { width, height, pixels } = sample
  const plane = gridMeans({ width, height, values: luminanceOf(sample) }, PLANE)
  const channel = (offset: number) => {
    const values = new Uint8Array(width * height)
    for (let index = 0; index < values.length; index += 1) {
      values[index] = pixels[index * 4 + offset] ?? 0
    }
    return gridMeans({ width, height, values }, GRID)
  }
  const [red, green, blue] = [channel(0), channel(1), channel(2)]
  return {
    bits: bitsOf(lowFrequencies(plane)),
    detail: detailOf(plane),
    grid: Array.from(red, (value, index) => labOf(value, green[index] ?? 0, blue[index] ?? 0)),
  }
}

function lowFrequencies(plane: Float64Array): Float64Array {
  const half = new Float64Array(KEPT * PLANE)
  for (const [row, wave] of cosines.entries()) {
    for (let x = 0; x < PLANE; x += 1) {
      let sum = 0
      for (let y = 0; y < PLANE; y += 1) sum += (wave[y] ?? 0) * (plane[y * PLANE + x] ?? 0)
      half[row * PLANE + x] = sum
    }
  }
  const kept = new Float64Array(KEPT * KEPT)
  for (let row = 0; row < KEPT; row += 1) {
    for (const [column, wave] of cosines.entries()) {
      let sum = 0
      for (let x = 0; x < PLANE; x += 1) sum += (wave[x] ?? 0) * (half[row * PLANE + x] ?? 0)
      kept[row * KEPT + column] = sum
    }
  }
  return kept
}

function bitsOf(frequencies: Float64Array): string {
  const sorted = Float64Array.from(frequencies).sort()
  const median = ((sorted[127] ?? 0) + (sorted[128] ?? 0)) / 2
  let digits = ''
  for (let at = 0; at < frequencies.length; at += 4) {
    let digit = 0
    for (let bit = 0; bit < 4; bit += 1) {
      digit = digit * 2 + ((frequencies[at + bit] ?? 0) > median ? 1 : 0)
    }
    digits += digit.toString(16)
  }
  return digits
}

/** PDQ's measure: the sum of steps between neighbours, in whole percent of the range, over 90. */
function detailOf(plane: Float64Array): number {
  const step = (one: number, other: number): number =>
    Math.trunc(Math.abs(((plane[one] ?? 0) - (plane[other] ?? 0)) * 100) / 255)
  let sum = 0
  for (let y = 0; y < PLANE; y += 1) {
    for (let x = 0; x < PLANE; x += 1) {
      const at = y * PLANE + x
      if (x + 1 < PLANE) sum += step(at, at + 1)
      if (y + 1 < PLANE) sum += step(at, at + PLANE)
    }
  }
  return Math.min(100, Math.trunc(sum / 90))
}

/** In how many of 256 bits two hashes differ. */
export function differingBits(one: string, other: string): number {
  let count = 0
  for (let at = 0; at < one.length; at += 8) {
    let bits =
      (Number.parseInt(one.slice(at, at + 8), 16) ^
        Number.parseInt(other.slice(at, at + 8), 16)) >>>
      0
    for (; bits !== 0; bits &= bits - 1) count += 1
  }
  return count
}

/** Mean colour difference of two grids. */
export const gridDifference = (one: readonly Lab[], other: readonly Lab[]): number =>
  one.reduce((sum, lab, index) => sum + colourDifference(lab, other[index] ?? lab), 0) / one.length

/**
 * Whether two pictures look alike: few bits apart, the same colours, and enough detail in both to
 * tell. Chance is no danger (256 random bits agree within 31 once in 10³⁷), structure is.
 */
export const looksAlike = (
  one: PictureHash,
  other: PictureHash,
  maxBits = SAME_PHOTO_BITS,
): boolean =>
  Math.min(one.detail, other.detail) >= MIN_DETAIL &&
  differingBits(one.bits, other.bits) <= maxBits &&
  gridDifference(one.grid, other.grid) < SAME_GRID
