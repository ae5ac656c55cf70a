import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { makePng } from './pictures.ts'

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

/** One PNG chunk with a right checksum. `declared` lies about its length. */
function chunk(type: string, data: Uint8Array, declared = data.length): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(declared, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}

/** IHDR of a picture with one bit of grey per pixel. */
function header(width: number, height: number): Buffer {
  const data = Buffer.alloc(13)
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  data[8] = 1
  return chunk('IHDR', data)
}

const trailer = chunk('IEND', Buffer.alloc(0))

/** A complete PNG of one colour that unpacks to 900 megapixels, in about 110 kB. */
function bomb(edge: number): Buffer {
  const pixels = deflateSync(Buffer.alloc((edge / 8 + 1) * edge))
  return Buffer.concat([SIGNATURE, header(edge, edge), chunk('IDAT', pixels), trailer])
}

/** A small PNG whose header says another size. */
const lying = (width: number, height: number): Buffer =>
  Buffer.concat([SIGNATURE, header(width, height), chunk('IDAT', deflateSync('x')), trailer])

/** Says that a text chunk of 256 MB follows, and has nothing of it. */
const declaredText = Buffer.concat([
  SIGNATURE,
  header(64, 64),
  chunk('tEXt', Buffer.from('Comment\0x'), 256 * 1024 * 1024),
])

/** A compressed text chunk that unpacks to 64 MB, in front of real pixels. */
function textBomb(picture: Buffer): Buffer {
  const text = Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(64 * 2 ** 20))])
  const afterHeader = 8 + 25
  return Buffer.concat([
    picture.subarray(0, afterHeader),
    chunk('zTXt', text),
    picture.subarray(afterHeader),
  ])
}

/** A PNG that says it has two frames. */
function animatedPng(picture: Buffer): Buffer {
  const control = Buffer.alloc(8)
  control.writeUInt32BE(2, 0)
  const afterHeader = 8 + 25
  return Buffer.concat([
    picture.subarray(0, afterHeader),
    chunk('acTL', control),
    picture.subarray(afterHeader),
  ])
}

/** A GIF of one pixel with this many frames. */
function gif(frames: number): Buffer {
  const frame = '2c0000000001000100000202440100'
  const head = '47494638396101000100800000ff0000ffffff'
  return Buffer.from(`${head}${frame.repeat(frames)}3b`, 'hex')
}

/** Things that are sent as pictures and are none, or none that may be decoded; by name. */
export async function makeHostileImages() {
  const picture = await makePng({ width: 64, height: 64 })
  const jpeg = await sharp(picture).jpeg().toBuffer()
  const webp = await sharp(picture).webp().toBuffer()
  return {
    empty: Buffer.alloc(0),
    text: Buffer.from('this is no picture'),
    html: Buffer.from('<!doctype html><script>alert(1)</script>'),
    svg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    gif: gif(1),
    animatedGif: gif(2_000),
    animatedPng: animatedPng(picture),
    signatureOnly: picture.subarray(0, 8),
    truncatedPng: picture.subarray(0, Math.floor(picture.length / 2)),
    truncatedJpeg: jpeg.subarray(0, Math.floor(jpeg.length / 2)),
    truncatedWebp: webp.subarray(0, Math.floor(webp.length / 2)),
    zeroPng: lying(0, 0),
    hugePng: lying(30_000, 30_000),
    bombPng: bomb(30_000),
    declaredText,
    withoutPixels: Buffer.concat([SIGNATURE, header(64, 64), trailer]),
    twoHeaders: Buffer.concat([
      SIGNATURE,
      header(64, 64),
      header(9, 9),
      chunk('IDAT', deflateSync('x')),
      trailer,
    ]),
    noise: Buffer.from(Array.from({ length: 4_096 }, (_, index) => (index * 193) % 251)),
    /** Good ones, for comparison: a bomb in a text that nobody unpacks does no harm. */
    good: picture,
    textBomb: textBomb(picture),
  }
}
