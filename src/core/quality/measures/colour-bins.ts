import { colourDifference } from '../colour/ciede2000.ts'
import { type Lab, labOf } from '../colour/lab.ts'
import { type ColourSample, VISIBLE_ALPHA } from './colour-sample.ts'

/** Pixels whose colours agree in the five leading bits of each channel, by their mean. */
export interface ColourBin {
  readonly lab: Lab
  readonly count: number
}

/** The colours of a picture, the most frequent first, and how many pixels are clear. */
export interface ColourBins {
  readonly bins: readonly ColourBin[]
  readonly clear: number
  readonly total: number
}

const BITS = 5
const SHIFT = 8 - BITS
/** Colours that differ by less than this look the same, also beside each other. */
const SAME_COLOUR = 2

/**
 * Counts colours. Some thousand bins stand for a quarter of a million pixels, which is what makes
 * colour differences affordable.
 */
export function colourBins({ pixels }: ColourSample): ColourBins {
  const size = 1 << (3 * BITS)
  const counts = new Uint32Array(size)
  const sums = new Float64Array(size * 3)
  let clear = 0
  for (let at = 0; at < pixels.length; at += 4) {
    if ((pixels[at + 3] ?? 0) < VISIBLE_ALPHA) {
      clear += 1
      continue
    }
    const red = pixels[at] ?? 0
    const green = pixels[at + 1] ?? 0
    const blue = pixels[at + 2] ?? 0
    const bin = ((red >> SHIFT) << (2 * BITS)) | ((green >> SHIFT) << BITS) | (blue >> SHIFT)
    counts[bin] = (counts[bin] ?? 0) + 1
    sums[bin * 3] = (sums[bin * 3] ?? 0) + red
    sums[bin * 3 + 1] = (sums[bin * 3 + 1] ?? 0) + green
    sums[bin * 3 + 2] = (sums[bin * 3 + 2] ?? 0) + blue
  }
  const bins: ColourBin[] = []
  counts.forEach((count, bin) => {
    if (count === 0) return
    const mean = (channel: number): number => (sums[bin * 3 + channel] ?? 0) / count
    bins.push({ lab: labOf(mean(0), mean(1), mean(2)), count })
  })
  return { bins: bins.sort((a, b) => b.count - a.count), clear, total: pixels.length / 4 }
}

/**
 * Share of the picture that looks like its most frequent colour, or that is clear when that is
 * more: near 1 for blank pictures, however they are encoded.
 */
export function commonShare({ bins, clear, total }: ColourBins): number {
  const [mode] = bins
  if (mode === undefined || total === 0) return 1
  const alike = bins.reduce(
    (sum, { lab, count }) => (colourDifference(mode.lab, lab) <= SAME_COLOUR ? sum + count : sum),
    0,
  )
  return Math.max(alike, clear) / total
}
