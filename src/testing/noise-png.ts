import { crc32, deflateSync } from 'node:zlib'
import type { Size } from '../core/request/image-request.ts'
import { seededRandom } from './virtual-clock.ts'

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/**
 * A complete grey PNG of noise, another one for each seed; it is cheap to make and far from blank.
 * @param grey one value for all pixels instead of the noise.
 */
export function noisePng(size: Size, seed: number, grey?: number): Buffer {
  const { width, height } = size
  const lines = Buffer.from(seededRandom(seed).bytes((width + 1) * height))
  if (grey !== undefined) lines.fill(grey)
  return png(size, GREY, lines)
}

/** A complete PNG of grey with one opacity, 0 to 255, for all pixels. */
export function clearPng(size: Size, opacity: number): Buffer {
  const line = [0, ...Array.from({ length: size.width }, () => [128, opacity]).flat()]
  const lines = Array.from({ length: size.height }, () => line).flat()
  return png(size, GREY_WITH_ALPHA, Buffer.from(lines))
}

/** Colour types of the header (PNG specification, third edition, 11.2.1). */
const GREY = 0
const GREY_WITH_ALPHA = 4

function png({ width, height }: Size, colourType: number, lines: Buffer): Buffer {
  const lineLength = lines.length / height
  // Each line begins with the number of its filter: none.
  for (let at = 0; at < lines.length; at += lineLength) lines[at] = 0
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head[8] = 8
  head[9] = colourType
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const length = Buffer.alloc(4)
  const sum = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}
