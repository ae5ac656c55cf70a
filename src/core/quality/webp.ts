import {
  broken,
  hasText,
  hasUsableSize,
  type ImageHeader,
  type StructureReport,
  structureLimits,
  uint16BigEndian,
  uint24LittleEndian,
  uint32LittleEndian,
} from './image-structure.ts'

// WebP container specification (developers.google.com/speed/webp, read 2026-11-20); the frame
// header of lossy pictures in RFC 6386 section 9.1, that of lossless ones in RFC 9649 section 3.4.
const FIRST_CHUNK = 12
const CHUNK_HEAD = 8
const VP8_HEAD = 10
const VP8L_HEAD = 5
const VP8L_SIGNATURE = 0x2f
const VP8X_LENGTH = 10
const ANIMATION_FLAG = 0x02
const ALPHA_FLAG = 0x10
/** Position and size of an animation's frame, before its data. */
const FRAME_HEAD = 16

/** Facts of the picture data: of a VP8 or VP8L chunk. */
type Picture = Pick<ImageHeader, 'width' | 'height' | 'hasAlpha'>

/** Facts of the extended header. */
interface Canvas extends Picture {
  readonly isAnimated: boolean
}

interface Walk {
  readonly canvas: Canvas | undefined
  readonly picture: Picture | undefined
  readonly frames: number
  readonly hasAlphaChunk: boolean
  readonly isSound: boolean
}

/** Whether the bytes begin like a WebP. */
export const isWebp = (bytes: Uint8Array): boolean =>
  hasText(bytes, 0, 'RIFF') && hasText(bytes, 8, 'WEBP')

/** Reads the first chunks; undefined when they describe no picture. */
export function readWebpHeader(bytes: Uint8Array): ImageHeader | undefined {
  if (!isWebp(bytes)) return undefined
  return toHeader(walkChunks(bytes, bytes.length))
}

/** Walks the chunks to the end that the container states; bytes after it are tolerated. */
export function checkWebp(bytes: Uint8Array): StructureReport {
  const end = CHUNK_HEAD + uint32LittleEndian(bytes, 4)
  if (end > bytes.length) return broken('truncated')
  const walk = walkChunks(bytes, end)
  const header = toHeader(walk)
  if (!walk.isSound || header === undefined || !hasUsableSize(header)) return broken('malformed')
  if (header.frames > 1) return broken('animated')
  const { canvas, picture } = walk
  if (canvas === undefined || picture === undefined) {
    return canvas?.isAnimated === true || picture !== undefined
      ? { ok: true, header }
      : broken('malformed')
  }
  const isSame = canvas.width === picture.width && canvas.height === picture.height
  return isSame ? { ok: true, header } : broken('malformed')
}

function toHeader({ canvas, picture, frames, hasAlphaChunk }: Walk): ImageHeader | undefined {
  const facts = canvas ?? picture
  if (facts === undefined || facts.width === 0 || facts.height === 0) return undefined
  const { width, height } = facts
  const hasAlpha = facts.hasAlpha || picture?.hasAlpha === true || hasAlphaChunk
  return { format: 'webp', width, height, hasAlpha, frames: Math.max(1, frames) }
}

function walkChunks(bytes: Uint8Array, end: number): Walk {
  let canvas: Canvas | undefined
  let picture: Picture | undefined
  let frames = 0
  let hasAlphaChunk = false
  const ended = (isSound: boolean): Walk => ({ canvas, picture, frames, hasAlphaChunk, isSound })
  let at = FIRST_CHUNK
  for (let count = 0; count < structureLimits.maxChunks; count += 1) {
    if (at === end) return ended(isComplete(canvas, picture, frames))
    const length = uint32LittleEndian(bytes, at + 4)
    const data = at + CHUNK_HEAD
    if (data + length > end) {
      // A reader of headers may have only the first bytes of the picture's chunk.
      picture ??= readPicture(bytes, at, length)
      return ended(false)
    }
    if (hasText(bytes, at, 'VP8X')) {
      if (at !== FIRST_CHUNK || length < VP8X_LENGTH) return ended(false)
      canvas = readCanvas(bytes, data)
    } else if (hasText(bytes, at, 'VP8 ') || hasText(bytes, at, 'VP8L')) {
      if (picture !== undefined || (canvas === undefined && at !== FIRST_CHUNK)) return ended(false)
      picture = readPicture(bytes, at, length)
      if (picture === undefined) return ended(false)
    } else if (hasText(bytes, at, 'ANMF')) {
      if (length < FRAME_HEAD + CHUNK_HEAD) return ended(false)
      frames += 1
    } else if (hasText(bytes, at, 'ALPH')) {
      hasAlphaChunk = true
    }
    // Chunks are padded to an even length; some writers leave the last padding byte out.
    at = Math.min(data + length + (length % 2), end)
  }
  return ended(false)
}

const isComplete = (
  canvas: Canvas | undefined,
  picture: Picture | undefined,
  frames: number,
): boolean => (canvas?.isAnimated === true ? frames > 0 : picture !== undefined && frames === 0)

const readCanvas = (bytes: Uint8Array, data: number): Canvas => {
  const flags = bytes[data] ?? 0
  return {
    width: 1 + uint24LittleEndian(bytes, data + 4),
    height: 1 + uint24LittleEndian(bytes, data + 7),
    hasAlpha: (flags & ALPHA_FLAG) !== 0,
    isAnimated: (flags & ANIMATION_FLAG) !== 0,
  }
}

function readPicture(bytes: Uint8Array, at: number, length: number): Picture | undefined {
  const data = at + CHUNK_HEAD
  if (hasText(bytes, at, 'VP8 ')) return readLossy(bytes, data, length)
  return hasText(bytes, at, 'VP8L') ? readLossless(bytes, data, length) : undefined
}

function readLossy(bytes: Uint8Array, data: number, length: number): Picture | undefined {
  const tag = uint24LittleEndian(bytes, data)
  const isKeyFrame = (tag & 1) === 0
  const firstPartition = tag >> 5
  const hasStartCode = uint16BigEndian(bytes, data + 3) === 0x9d01 && bytes[data + 5] === 0x2a
  if (length < VP8_HEAD || !isKeyFrame || !hasStartCode) return undefined
  if (VP8_HEAD + firstPartition > length) return undefined
  const sizes = uint32LittleEndian(bytes, data + 6)
  return { width: sizes & 0x3fff, height: (sizes >>> 16) & 0x3fff, hasAlpha: false }
}

function readLossless(bytes: Uint8Array, data: number, length: number): Picture | undefined {
  if (length < VP8L_HEAD || bytes[data] !== VP8L_SIGNATURE) return undefined
  const facts = uint32LittleEndian(bytes, data + 1)
  const isVersionZero = facts >>> 29 === 0
  if (!isVersionZero) return undefined
  return {
    width: 1 + (facts & 0x3fff),
    height: 1 + ((facts >>> 14) & 0x3fff),
    hasAlpha: ((facts >>> 28) & 1) === 1,
  }
}
