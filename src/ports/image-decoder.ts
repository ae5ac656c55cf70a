import type { PictureMeasures } from '../core/quality/measures/measure-picture.ts'
import type { PictureLook } from '../core/quality/measures/picture-look.ts'
import type { Coverage, ImageFormat, Size } from '../core/request/image-request.ts'
import type { Expansion } from '../core/request/operation-details.ts'

/** A small greyscale picture for checks: one byte a pixel, row by row. */
export interface GreyPixels extends Size {
  readonly pixels: Uint8Array
}

/**
 * Lettering that a text reader is to look at: as it is, or only lines of letters that are lighter
 * or darker than what is around them, as black on white.
 */
export type Lettering = 'as_it_is' | 'light' | 'dark'

/** Work on pixels, done outside the main thread with limits on time and memory. */
export interface ImageDecoder {
  /**
   * Decodes and shrinks to at most 64×64 grey pixels. Rejects when the picture cannot be decoded.
   */
  grey(bytes: Uint8Array): Promise<GreyPixels>
  /**
   * Decodes once and measures all that checks need to know. Rejects when the picture cannot be
   * decoded; with a `BusyError` when it was not tried, which says nothing about it.
   */
  measure(bytes: Uint8Array): Promise<PictureMeasures>
  /** A grey PNG for a text reader, of a size at which usual letters are read well. */
  lettering(bytes: Uint8Array, kind: Lettering): Promise<Uint8Array>
  /**
   * Scales and crops (centre, cover) to `resize` and re-encodes as `format`; without `resize` only
   * re-encodes. With `isWhole` nothing is cropped: it is scaled until it fits in.
   * @param finishing.compression 0–100 quality for jpeg and webp.
   */
  convert(
    bytes: Uint8Array,
    finishing: {
      readonly resize?: Size
      readonly isWhole?: true
      readonly format: ImageFormat
      readonly compression?: number
    },
  ): Promise<Uint8Array>
  /**
   * Turns a mask whose transparent pixels are to be edited (OpenAI) into a grey PNG of the same
   * size
   * whose white pixels are to be edited (Stability, BFL).
   */
  whiteMask(bytes: Uint8Array): Promise<Uint8Array>
  /** The same with black pixels to be edited and white ones to be kept (Ideogram). */
  blackMask(bytes: Uint8Array): Promise<Uint8Array>
  /** SHA-256 of size and upright pixels: equal for files that show the same to the last bit. */
  pixelDigest(bytes: Uint8Array): Promise<string>
  /** What it looks like, to know copies of it again. Rejects when it has transparency. */
  look(bytes: Uint8Array): Promise<PictureLook>
  /** What a mask of OpenAI's kind marks: its pixels that are more clear than opaque. */
  coverage(bytes: Uint8Array): Promise<Coverage>
  /**
   * Puts a picture on a larger canvas, and makes a mask of that size that is transparent over the
   * margins; both are PNG, without transparency in the picture. The margins repeat its edge,
   * because a model takes a frame of one colour for part of the picture.
   */
  pad(
    bytes: Uint8Array,
    margins: Expansion,
  ): Promise<{ readonly image: Uint8Array; readonly mask: Uint8Array }>
  close(): Promise<void>
}
