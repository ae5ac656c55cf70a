import type { ColourSample } from './colour-sample.ts'

/** Shrinking and lossy formats leave a trace of what lies inside. */
const CLEAR_ALPHA = 2

/** Share of the outermost pixels that are clear, 0 to 1; 0 for a picture without transparency. */
export function clearBorder({ width, height, pixels, hasAlpha }: ColourSample): number {
  if (!hasAlpha || width === 0 || height === 0) return 0
  let clear = 0
  let count = 0
  for (let y = 0; y < height; y += 1) {
    const isEdgeRow = y === 0 || y === height - 1
    const step = isEdgeRow || width === 1 ? 1 : width - 1
    for (let x = 0; x < width; x += step) {
      count += 1
      if ((pixels[(y * width + x) * 4 + 3] ?? 0) <= CLEAR_ALPHA) clear += 1
    }
  }
  return clear / count
}
