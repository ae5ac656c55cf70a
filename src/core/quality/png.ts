import {
  broken,
  hasText,
  hasUsableSize,
  type ImageHeader,
  type StructureReport,
  structureLimits,
  uint32BigEndian,
} from './image-structure.ts'

// PNG specification, third edition (W3C, 2025-06-24), read 2026-11-20: sections 5.2 (signature),
// 5.3 (chunks: length, type, data, CRC), 11.2.1 (IHDR), 11.3.1.1 (tRNS), 11.3.4.1 (acTL).
const SIGNATURE = '\x89PNG\r\n\x1a\n'
const FIRST_CHUNK = 8
const IHDR_LENGTH = 13
/** Length, type and CRC around a chunk's data. */
const CHUNK_FRAME = 12
const MAX_CHUNK_LENGTH = 0x7fff_ffff

/** Bit depths that each colour type may have. */
const BIT_DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
}
const PALETTE = 3
const TYPES_WITH_ALPHA = [4, 6]

interface Fields {
  readonly width: number
  readonly height: number
  readonly colourType: number
}

/** What a walk over the chunks has met. */
interface Walk {
  readonly end: 'trailer' | 'image_data' | 'truncated' | 'malformed'
  readonly frames: number
  readonly hasTransparency: boolean
}

/** Whether the bytes begin like a PNG. */
export const isPng = (bytes: Uint8Array): boolean => hasText(bytes, 0, SIGNATURE)

/** Reads IHDR and the chunks before the image data; undefined when they make no sense. */
export function readPngHeader(bytes: Uint8Array): ImageHeader | undefined {
  const fields = readFields(bytes)
  if (fields === undefined) return undefined
  return toHeader(fields, walkChunks(bytes, fields, true))
}

/**
 * Walks the chunks to IEND without looking into them: checksums and the deflate stream are the
 * decoder's business. Bytes after IEND are tolerated.
 */
export function checkPng(bytes: Uint8Array): StructureReport {
  if (bytes.length < FIRST_CHUNK + CHUNK_FRAME + IHDR_LENGTH) return broken('truncated')
  const fields = readFields(bytes)
  if (fields === undefined || !hasUsableSize(fields)) return broken('malformed')
  const walk = walkChunks(bytes, fields, false)
  if (walk.end === 'truncated' || walk.end === 'malformed') return broken(walk.end)
  if (walk.frames > 1) return broken('animated')
  return { ok: true, header: toHeader(fields, walk) }
}

const toHeader = ({ width, height, colourType }: Fields, walk: Walk): ImageHeader => ({
  format: 'png',
  width,
  height,
  hasAlpha: TYPES_WITH_ALPHA.includes(colourType) || walk.hasTransparency,
  frames: walk.frames,
})

function readFields(bytes: Uint8Array): Fields | undefined {
  const isComplete = bytes.length >= FIRST_CHUNK + CHUNK_FRAME + IHDR_LENGTH
  if (!isComplete || !isPng(bytes) || !hasText(bytes, FIRST_CHUNK + 4, 'IHDR')) return undefined
  if (uint32BigEndian(bytes, FIRST_CHUNK) !== IHDR_LENGTH) return undefined
  const data = FIRST_CHUNK + 8
  const [depth, colourType, compression, filter, interlace] = bytes.subarray(data + 8, data + 13)
  const width = uint32BigEndian(bytes, data)
  const height = uint32BigEndian(bytes, data + 4)
  if (depth === undefined || colourType === undefined) return undefined
  const isKnown = BIT_DEPTHS[colourType]?.includes(depth) === true
  const isPlain = compression === 0 && filter === 0 && (interlace === 0 || interlace === 1)
  return isKnown && isPlain && width > 0 && height > 0 ? { width, height, colourType } : undefined
}

function walkChunks(bytes: Uint8Array, fields: Fields, untilImageData: boolean): Walk {
  let frames = 1
  let hasTransparency = false
  let hasPalette = false
  let imageBytes = 0
  const ended = (end: Walk['end']): Walk => ({ end, frames, hasTransparency })
  let at = FIRST_CHUNK + CHUNK_FRAME + IHDR_LENGTH
  for (let count = 1; count < structureLimits.maxChunks; count += 1) {
    if (at + CHUNK_FRAME > bytes.length) return ended('truncated')
    const length = uint32BigEndian(bytes, at)
    if (length > MAX_CHUNK_LENGTH || !isChunkType(bytes, at + 4)) return ended('malformed')
    if (at + CHUNK_FRAME + length > bytes.length) return ended('truncated')
    if (hasText(bytes, at + 4, 'IDAT')) {
      if (untilImageData) return ended('image_data')
      if (fields.colourType === PALETTE && !hasPalette) return ended('malformed')
      imageBytes += length
    } else if (hasText(bytes, at + 4, 'IEND')) {
      return ended(length === 0 && imageBytes > 0 ? 'trailer' : 'malformed')
    } else if (hasText(bytes, at + 4, 'IHDR')) {
      return ended('malformed')
    } else if (hasText(bytes, at + 4, 'PLTE')) {
      hasPalette = true
    } else if (hasText(bytes, at + 4, 'tRNS')) {
      hasTransparency = true
    } else if (hasText(bytes, at + 4, 'acTL')) {
      frames = Math.max(1, uint32BigEndian(bytes, at + 8))
    }
    at += CHUNK_FRAME + length
  }
  return ended('malformed')
}

/** Chunk types are four ASCII letters; anything else means that the walk has lost its way. */
function isChunkType(bytes: Uint8Array, at: number): boolean {
  for (let index = at; index < at + 4; index += 1) {
    const lowerCase = (bytes[index] ?? 0) | 0x20
    if (lowerCase < 0x61 || lowerCase > 0x7a) return false
  }
  return true
}
