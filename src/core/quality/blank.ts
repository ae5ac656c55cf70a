/**
 * A picture is blank when its grey values hardly differ: withheld pictures are black or one colour.
 * The limit is a standard deviation of 1.5 of 255 on 64×64 pixels; fog and gradients lie above 3.
 */
const BLANK_DEVIATION = 1.5

/** Bytes a pixel below which a picture could be blank and is worth decoding, by format. */
const SUSPICIOUS_BYTES_PER_PIXEL = { png: 0.01, jpeg: 0.02, webp: 0.006 } as const

/** Whether so few bytes hold so many pixels that only a look at the pixels tells. */
export const isSuspiciouslySmall = (image: {
  readonly format: keyof typeof SUSPICIOUS_BYTES_PER_PIXEL
  readonly width: number
  readonly height: number
  readonly byteLength: number
}): boolean =>
  image.byteLength / (image.width * image.height) < SUSPICIOUS_BYTES_PER_PIXEL[image.format]

/** Whether all grey values (0–255) are nearly the same. */
export function isBlank(pixels: Uint8Array): boolean {
  if (pixels.length === 0) return true
  let sum = 0
  let squares = 0
  for (const value of pixels) {
    sum += value
    squares += value * value
  }
  const mean = sum / pixels.length
  return Math.sqrt(Math.max(0, squares / pixels.length - mean * mean)) < BLANK_DEVIATION
}
