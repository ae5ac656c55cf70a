import type { ImageFormat, Size } from '../request/image-request.ts'
import { requestLimits } from '../request/limits.ts'

/** What a picture's header says about it; nothing of it is proved by pixels. */
export interface ImageHeader extends Size {
  readonly format: ImageFormat
  readonly hasAlpha: boolean
  /** Pictures in the file; 1 unless it is animated. */
  readonly frames: number
}

/** Why bytes are not a picture that can be served. */
export type StructureFault = 'not_an_image' | 'truncated' | 'malformed' | 'animated'

/** What a walk over a picture's structure found. */
export type StructureReport =
  | { readonly ok: true; readonly header: ImageHeader }
  | { readonly ok: false; readonly reason: StructureFault }

/** Limits of a walk; whatever the bytes say, no more work than this is done. */
export const structureLimits = {
  /**
   * PNG chunks, JPEG segments or WebP chunks. Common PNG encoders write 8 kB a chunk, so a picture
   * of 50 MB has about 6,400.
   */
  maxChunks: 10_000,
  /** Bytes after a JPEG's end marker that cameras and editors are known to leave. */
  maxJpegTail: 1_024,
} as const

/** A refusal of {@link StructureReport}. */
export const broken = (
  reason: StructureFault,
): { readonly ok: false; readonly reason: StructureFault } => ({
  ok: false,
  reason,
})

/** Whether a picture has pixels, and not more of them than anything here may decode. */
export const hasUsableSize = ({ width, height }: Size): boolean =>
  width > 0 &&
  height > 0 &&
  width <= requestLimits.maxEdge &&
  height <= requestLimits.maxEdge &&
  width * height <= requestLimits.maxImagePixels

/** Two bytes, most significant first; bytes beyond the end count as 0. */
export const uint16BigEndian = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)

/** Four bytes, most significant first, unsigned. */
export const uint32BigEndian = (bytes: Uint8Array, at: number): number =>
  uint16BigEndian(bytes, at) * 0x1_0000 + uint16BigEndian(bytes, at + 2)

/** Three bytes, least significant first. */
export const uint24LittleEndian = (bytes: Uint8Array, at: number): number =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16)

/** Four bytes, least significant first, unsigned. */
export const uint32LittleEndian = (bytes: Uint8Array, at: number): number =>
  uint24LittleEndian(bytes, at) + (bytes[at + 3] ?? 0) * 0x100_0000

/** Whether the bytes from `at` on are these ASCII characters. */
export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (bytes[at + index] !== text.charCodeAt(index)) return false
  }
  return true
}
