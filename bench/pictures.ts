/**
 * The pictures of the benchmark: valid PNGs that all differ, made of constant parts and one mark.
 *
 * Every part is a multiple of three bytes long, so that the base64 of a picture is the base64 of
 * its parts one after the other. The upstream can then answer with a picture that never was before
 * by encoding 45 bytes, and the load generator can check every byte by comparing memory. The mark
 * (a tEXt chunk with the picture's number) stands before and after the pixels, so that a picture
 * put together from two others is noticed.
 */
import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

/** `large` is about 1.5 MB, `small` about 20 kB; both have 1024x1024 pixels. */
export type PictureKind = 'large' | 'small'

/** An upload and an answer with the same number differ, so an echo is not taken for an answer. */
export type PictureRole = 'answer' | 'upload'

/** The parts of a picture, in the order: head, mark, middle, mark, tail. */
interface PictureParts<Part> {
  readonly head: Part
  readonly middle: Part
  readonly tail: Part
}

/** The constant parts as bytes and as base64 text, with the whole lengths, marks included. */
export interface PictureTemplate {
  readonly bytes: PictureParts<Buffer>
  readonly base64: PictureParts<Buffer>
  readonly byteLength: number
  readonly base64Length: number
}

/** Width and height of every picture, the smallest square that gpt-image-2 is asked for. */
const PICTURE_EDGE = 1024

/** Digits of a picture's number; fixed, because the lengths of all messages must be. */
export const SEQUENCE_DIGITS = 8

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const BYTES_PER_ROW = 1 + PICTURE_EDGE * 3
const MARK_LENGTH = 45

/** Bytes of noise per row: noise does not compress, so this decides the size of the file. */
const NOISE_PER_ROW: Record<PictureKind, number> = { large: 1458, small: 12 }

const templates = new Map<PictureKind, PictureTemplate>()

/** The constant parts of a kind of picture; built once per process. */
export function pictureTemplate(kind: PictureKind): PictureTemplate {
  const known = templates.get(kind)
  if (known !== undefined) return known
  const built = buildTemplate(kind)
  templates.set(kind, built)
  return built
}

/** The number of a picture as it is written in marks, prompts and answers. */
export function sequenceText(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, '0')
}

/** The chunk that makes a picture unique. */
export function pictureMark(role: PictureRole, sequence: number): Buffer {
  return chunk(
    'tEXt',
    Buffer.from(`Comment\0keeprate: ${role} ${sequenceText(sequence)}`, 'latin1'),
  )
}

/** The whole picture. */
export function pictureBytes(kind: PictureKind, role: PictureRole, sequence: number): Buffer {
  const { head, middle, tail } = pictureTemplate(kind).bytes
  const mark = pictureMark(role, sequence)
  return Buffer.concat([head, mark, middle, mark, tail])
}

/** Where the two marks begin in the bytes of a picture. */
export function markOffsets(kind: PictureKind): readonly [number, number] {
  const { head, middle } = pictureTemplate(kind).bytes
  return [head.length, head.length + MARK_LENGTH + middle.length]
}

/** The number of a picture, or undefined when a single byte is not as it should be. */
export function identifyPicture(
  kind: PictureKind,
  role: PictureRole,
  bytes: Buffer,
): number | undefined {
  const template = pictureTemplate(kind)
  if (bytes.length !== template.byteLength) return undefined
  const [first, second] = markOffsets(kind)
  const digitsEnd = first + MARK_LENGTH - 4
  const sequence = Number(bytes.toString('latin1', digitsEnd - SEQUENCE_DIGITS, digitsEnd))
  if (!Number.isSafeInteger(sequence) || sequence < 0) return undefined
  const mark = pictureMark(role, sequence)
  const { head, middle, tail } = template.bytes
  const isWhole =
    head.equals(bytes.subarray(0, first)) &&
    mark.equals(bytes.subarray(first, first + MARK_LENGTH)) &&
    middle.equals(bytes.subarray(first + MARK_LENGTH, second)) &&
    mark.equals(bytes.subarray(second, second + MARK_LENGTH)) &&
    tail.equals(bytes.subarray(second + MARK_LENGTH))
  return isWhole ? sequence : undefined
}

function buildTemplate(kind: PictureKind): PictureTemplate {
  const pixels = chunk('IDAT', deflateSync(rawRows(kind), { level: 6 }))
  const bytes = {
    head: Buffer.concat([SIGNATURE, header()]),
    middle: Buffer.concat([padding(pixels.length), pixels]),
    tail: chunk('IEND', Buffer.alloc(0)),
  }
  const byteLength = bytes.head.length + bytes.middle.length + bytes.tail.length + 2 * MARK_LENGTH
  return {
    bytes,
    base64: {
      head: base64Of(bytes.head),
      middle: base64Of(bytes.middle),
      tail: base64Of(bytes.tail),
    },
    byteLength,
    base64Length: (byteLength / 3) * 4,
  }
}

/** Rows of unfiltered RGB: a stretch of noise on a slow gradient, so that no two rows are equal. */
function rawRows(kind: PictureKind): Buffer {
  const noiseLength = NOISE_PER_ROW[kind]
  const noise = createHash('shake256', { outputLength: noiseLength * PICTURE_EDGE })
    .update(kind)
    .digest()
  const rows = Buffer.alloc(BYTES_PER_ROW * PICTURE_EDGE)
  for (let row = 0; row < PICTURE_EDGE; row += 1) {
    const start = row * BYTES_PER_ROW
    rows.fill(row >> 2, start + 1, start + BYTES_PER_ROW)
    noise.copy(rows, start + 1, row * noiseLength, (row + 1) * noiseLength)
  }
  return rows
}

function header(): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(PICTURE_EDGE, 0)
  data.writeUInt32BE(PICTURE_EDGE, 4)
  data[8] = 8 // bits per channel
  data[9] = 2 // colour type: RGB
  return chunk('IHDR', data)
}

/** A chunk of the length that makes the middle a multiple of three bytes. */
function padding(pixelsLength: number): Buffer {
  const missing = (3 - (pixelsLength % 3)) % 3
  return chunk('tEXt', Buffer.from(`Software\0${'k'.repeat(3 + missing)}`, 'latin1'))
}

function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + data.length)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  data.copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length)
  return bytes
}

function base64Of(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('base64'), 'latin1')
}
