import {
  broken,
  hasUsableSize,
  type ImageHeader,
  type StructureReport,
  structureLimits,
  uint16BigEndian,
} from './image-structure.ts'

// ITU-T T.81 (1992-09), read 2026-11-20: table B.1 (markers), B.2.2 (frame header), B.2.3 (scan).
const START_OF_IMAGE = 0xd8
const END_OF_IMAGE = 0xd9
const START_OF_SCAN = 0xda
/** Baseline, extended sequential and progressive Huffman: what decoders and browsers read. */
const SUPPORTED_FRAMES = [0xc0, 0xc1, 0xc2]
/**
 * C4 (tables), C8 (reserved) and CC (arithmetic tables) lie among the frame headers, but are none.
 */
const NO_FRAMES = [0xc4, 0xc8, 0xcc]

/** Frame header without its components. */
const FRAME_LENGTH = 8

interface Walk {
  /** `scan`: the entropy-coded data begin at `at`. */
  readonly end: 'scan' | 'truncated' | 'malformed'
  readonly header: ImageHeader | undefined
  readonly at: number
}

/** Whether the bytes begin like a JPEG. */
export const isJpeg = (bytes: Uint8Array): boolean =>
  bytes[0] === 0xff && bytes[1] === START_OF_IMAGE && bytes[2] === 0xff

/** Reads the segments up to the frame header; undefined when there is none. */
export const readJpegHeader = (bytes: Uint8Array): ImageHeader | undefined =>
  isJpeg(bytes) ? walkSegments(bytes, true).header : undefined

/**
 * Walks the segments to the first scan, then looks for the end marker at the end. The coded data
 * are skipped: in them FF is always followed by 00 or a restart marker, so an end marker is never
 * data.
 */
export function checkJpeg(bytes: Uint8Array): StructureReport {
  const { end, header, at } = walkSegments(bytes, false)
  if (end !== 'scan') return broken(end)
  if (header === undefined || !hasUsableSize(header)) return broken('malformed')
  return hasEndMarker(bytes, at) ? { ok: true, header } : broken('truncated')
}

function walkSegments(bytes: Uint8Array, untilFrame: boolean): Walk {
  let header: ImageHeader | undefined
  let at = 2
  const ended = (end: Walk['end']): Walk => ({ end, header, at })
  // Each turn reads a segment or one fill byte, so fill bytes are bounded too.
  for (let count = 0; count < structureLimits.maxChunks; count += 1) {
    if (at + 4 > bytes.length) return ended('truncated')
    const marker = bytes[at + 1] ?? 0
    if (bytes[at] !== 0xff) return ended('malformed')
    if (marker === 0xff) {
      at += 1
      continue
    }
    if (!hasLength(marker)) return ended('malformed')
    const length = uint16BigEndian(bytes, at + 2)
    if (length < 2) return ended('malformed')
    if (at + 2 + length > bytes.length) return ended('truncated')
    if (isFrame(marker)) {
      if (header !== undefined) return ended('malformed')
      header = readFrame(bytes, at, marker, length)
      if (header === undefined) return ended('malformed')
      if (untilFrame) return ended('scan')
    }
    at += 2 + length
    if (marker === START_OF_SCAN) return ended('scan')
  }
  return ended('malformed')
}

/** Markers that may stand between the start of the picture and its first scan all have a length. */
const hasLength = (marker: number): boolean =>
  marker >= 0xc0 && !(marker >= 0xd0 && marker <= END_OF_IMAGE)

const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)

function readFrame(
  bytes: Uint8Array,
  at: number,
  marker: number,
  length: number,
): ImageHeader | undefined {
  const precision = bytes[at + 4]
  const height = uint16BigEndian(bytes, at + 5)
  const width = uint16BigEndian(bytes, at + 7)
  const components = bytes[at + 9] ?? 0
  const isKnown =
    SUPPORTED_FRAMES.includes(marker) &&
    precision === 8 &&
    [1, 3, 4].includes(components) &&
    length === FRAME_LENGTH + 3 * components
  if (!isKnown || width === 0 || height === 0) return undefined
  return { format: 'jpeg', width, height, hasAlpha: false, frames: 1 }
}

function hasEndMarker(bytes: Uint8Array, scanStart: number): boolean {
  const first = Math.max(scanStart + 1, bytes.length - structureLimits.maxJpegTail)
  let at = bytes.lastIndexOf(END_OF_IMAGE)
  while (at > first) {
    if (bytes[at - 1] === 0xff) return true
    at = bytes.lastIndexOf(END_OF_IMAGE, at - 1)
  }
  return false
}
