import { broken, type ImageHeader, type StructureReport } from './image-structure.ts'
import { checkJpeg, isJpeg, readJpegHeader } from './jpeg.ts'
import { checkPng, isPng, readPngHeader } from './png.ts'
import { checkWebp, isWebp, readWebpHeader } from './webp.ts'

export type { ImageHeader, StructureReport } from './image-structure.ts'

/**
 * Reads what a picture's header says, with bounded work and from the first bytes alone.
 * Sizes beyond the limits are reported as they stand, so that a refusal can name them.
 * @returns undefined for anything but a PNG, JPEG or WebP with a readable header.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  if (isPng(bytes)) return readPngHeader(bytes)
  if (isJpeg(bytes)) return readJpegHeader(bytes)
  return isWebp(bytes) ? readWebpHeader(bytes) : undefined
}

/**
 * Walks a picture's chunks or segments to its trailer without decoding it: proves that it is
 * complete and one picture of a size that may be decoded, not that its pixels are sound.
 */
export function checkStructure(bytes: Uint8Array): StructureReport {
  if (isPng(bytes)) return checkPng(bytes)
  if (isJpeg(bytes)) return checkJpeg(bytes)
  return isWebp(bytes) ? checkWebp(bytes) : broken('not_an_image')
}
