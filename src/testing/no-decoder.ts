import type { ImageDecoder } from '../ports/image-decoder.ts'

const unasked = (): Promise<never> => Promise.reject(new Error('this stand has no decoder'))

/** A decoder that decodes nothing, for stands that spare its threads. */
export const noDecoder: ImageDecoder = {
  grey: unasked,
  measure: unasked,
  lettering: unasked,
  convert: unasked,
  whiteMask: unasked,
  blackMask: unasked,
  pad: unasked,
  pixelDigest: unasked,
  look: unasked,
  coverage: unasked,
  close: () => Promise.resolve(),
}
