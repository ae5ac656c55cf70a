import type { Size } from '../../request/image-request.ts'
import { deviationOf } from './colour-sample.ts'

/** Share of the pixels whose Laplacian counts: a sharp picture has some sharp edges, if few. */
const SHARPEST_SHARE = 0.001
/** Steps of a grey value in which Laplacians are counted, and the largest of all. */
const STEPS = 8
const LARGEST = 4 * 255
/** Grey values of contrast below which what looks like edges is noise. */
const LEAST_CONTRAST = 1

/**
 * How much the sharpest pixels differ from the mean of their four neighbours (the Laplacian),
 * beside the contrast of the whole picture. Neither a dark or pale picture nor one that is mostly
 * sky is less sharp for that, as it would be by the variance of the Laplacian. It says nothing by
 * itself, only beside pictures of the same kind. A plane without inner pixels has 0.
 */
export function sharpnessOf({
  width,
  height,
  values,
}: Size & { readonly values: Float32Array }): number {
  const counts = new Uint32Array(LARGEST * STEPS + 1)
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x
      const around =
        (values[at - 1] ?? 0) +
        (values[at + 1] ?? 0) +
        (values[at - width] ?? 0) +
        (values[at + width] ?? 0)
      const step = Math.round(Math.abs(around - 4 * (values[at] ?? 0)) * STEPS)
      counts[step] = (counts[step] ?? 0) + 1
    }
  }
  const inner = Math.max(0, width - 2) * Math.max(0, height - 2)
  let above = 0
  let step = counts.length
  while (step > 0 && above <= inner * SHARPEST_SHARE) {
    step -= 1
    above += counts[step] ?? 0
  }
  return step / STEPS / Math.max(LEAST_CONTRAST, deviationOf(values))
}
