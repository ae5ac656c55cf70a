import type { Size } from '../../request/image-request.ts'

/**
 * Variance of the Laplacian: how much each pixel differs from the mean of its four neighbours. It
 * says nothing by itself (sky has little, grass has much), only beside pictures of the same kind.
 * A plane without inner pixels has 0.
 */
export function sharpnessOf({
  width,
  height,
  values,
}: Size & { readonly values: Float32Array }): number {
  let sum = 0
  let squares = 0
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x
      const around =
        (values[at - 1] ?? 0) +
        (values[at + 1] ?? 0) +
        (values[at - width] ?? 0) +
        (values[at + width] ?? 0)
      const edge = around - 4 * (values[at] ?? 0)
      sum += edge
      squares += edge * edge
    }
  }
  const count = Math.max(0, width - 2) * Math.max(0, height - 2)
  return count === 0 ? 0 : Math.max(0, squares / count - (sum / count) ** 2)
}
