import { hasText } from './image-structure.ts'
import { isJpeg } from './jpeg.ts'
import { isPng } from './png.ts'
import { isWebp } from './webp.ts'

/**
 * Kinds of content that are recognised, so that a reason can name what came instead of a picture.
 */
export type SniffedType =
  | 'png'
  | 'jpeg'
  | 'webp'
  | 'gif'
  | 'avif'
  | 'heic'
  | 'svg'
  | 'html'
  | 'json'

/** Characters that are looked at: markup may begin with a declaration and comments. */
const TEXT_WINDOW = 512

/**
 * Names content by its first bytes; undefined when nothing known begins so.
 * It names and proves nothing: a picture is one only after `checkStructure`.
 */
export function sniff(bytes: Uint8Array): SniffedType | undefined {
  if (isPng(bytes)) return 'png'
  if (isJpeg(bytes)) return 'jpeg'
  if (isWebp(bytes)) return 'webp'
  if (hasText(bytes, 0, 'GIF8')) return 'gif'
  if (hasText(bytes, 4, 'ftyp')) return sniffBrand(bytes)
  return sniffText(bytes)
}

function sniffBrand(bytes: Uint8Array): SniffedType | undefined {
  if (['avif', 'avis'].some((brand) => hasText(bytes, 8, brand))) return 'avif'
  const isHeic = ['heic', 'heix', 'mif1', 'msf1'].some((brand) => hasText(bytes, 8, brand))
  return isHeic ? 'heic' : undefined
}

function sniffText(bytes: Uint8Array): SniffedType | undefined {
  const start = String.fromCharCode(...bytes.subarray(0, TEXT_WINDOW))
  const text = start.replace(/^(?:\xef\xbb\xbf)?\s+|^\xef\xbb\xbf/, '').toLowerCase()
  if (text.startsWith('{') || text.startsWith('[')) return 'json'
  if (!text.startsWith('<')) return undefined
  if (/<(?:!doctype\s+html|html|head|body)\b/.test(text)) return 'html'
  return /<svg\b/.test(text) ? 'svg' : undefined
}
