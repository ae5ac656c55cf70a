import { clearBorder } from './clear-border.ts'
import { colourBins, commonShare } from './colour-bins.ts'
import { type ColourSample, deviationOf, gridMeans, luminanceOf } from './colour-sample.ts'
import { type DominantColour, dominantColours } from './dominant-colours.ts'
import { hashPicture, type PictureHash } from './picture-hash.ts'
import { sharpnessOf } from './sharpness.ts'

/** Everything that checks need to know of a picture's pixels. */
export interface PictureMeasures {
  /** Standard deviation of 64 × 64 grey values, 0 to 255. */
  readonly greyDeviation: number
  /** Share of the picture that looks like its most frequent colour, or that is clear. */
  readonly commonShare: number
  /** Of its sharpest edges; compare it only with pictures of the same purpose. */
  readonly sharpness: number
  /** The largest first. */
  readonly colours: readonly DominantColour[]
  /** Share of the outermost pixels that are clear. */
  readonly clearBorder: number
  readonly hasAlpha: boolean
  readonly hash: PictureHash
}

/** Edge of the grey picture whose deviation tells blank ones. */
const GREY_EDGE = 64

/**
 * Measures a picture once for all checks. It belongs into a worker: some ten milliseconds, after
 * which a few numbers stand for a megabyte of pixels.
 */
export function measurePicture(sample: ColourSample): PictureMeasures {
  const { width, height, hasAlpha } = sample
  const values = luminanceOf(sample)
  const bins = colourBins(sample)
  return {
    greyDeviation: deviationOf(gridMeans({ width, height, values }, GREY_EDGE)),
    commonShare: commonShare(bins),
    sharpness: sharpnessOf({ width, height, values }),
    colours: dominantColours(bins),
    clearBorder: clearBorder(sample),
    hasAlpha,
    hash: hashPicture(sample),
  }
}
