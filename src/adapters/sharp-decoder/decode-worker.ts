import { createHash } from 'node:crypto'
import { move } from 'piscina'
import sharp, { type Sharp } from 'sharp'
import { SAMPLE_EDGE } from '../../core/quality/measures/colour-sample.ts'
import { letterLines } from '../../core/quality/measures/letter-lines.ts'
import {
  measurePicture,
  type PictureMeasures,
} from '../../core/quality/measures/measure-picture.ts'
import { LOOK_EDGE, lookOf, type PictureLook } from '../../core/quality/measures/picture-look.ts'
import type { Coverage, ImageFormat, Size } from '../../core/request/image-request.ts'
import type { Expansion } from '../../core/request/operation-details.ts'
import type { GreyPixels, Lettering } from '../../ports/image-decoder.ts'

/** The functions below, by name. */
export type TaskName =
  | 'grey'
  | 'measure'
  | 'lettering'
  | 'convert'
  | 'whiteMask'
  | 'blackMask'
  | 'pixelDigest'
  | 'look'
  | 'coverage'
  | 'pad'

/** What every task brings. */
export interface DecodeTask {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly maxPixels: number
  readonly timeLimitMs: number
}

/** A picture to be scaled, cropped and encoded anew. */
export interface ConvertTask extends DecodeTask {
  readonly resize?: Size
  readonly isWhole?: true
  readonly format: ImageFormat
  readonly compression?: number
}

/** The longer edge of a picture for checks. */
const GREY_EDGE = 64
/**
 * What stands behind transparent pixels in checks: neither white nor black, or a white or black
 * sign on nothing would look blank.
 */
const NEUTRAL = '#808080'
/** What transparent pixels become in a format without transparency. */
const PAPER = '#ffffff'
/** Hardly to be told from the original, at about a third of the size of quality 100. */
const DEFAULT_QUALITY = 90

// One picture at a time in each worker, each on one thread: more would only take the processor from
// the main thread. Pictures do not come twice, so nothing is worth keeping.
sharp.concurrency(1)
sharp.cache(false)

/**
 * Shrinks to grey pixels.
 * @public called by name, from the pool
 */
export async function grey(task: DecodeTask): Promise<GreyPixels> {
  const { data, info } = await open(task)
    .autoOrient()
    .flatten({ background: NEUTRAL })
    .resize({ width: GREY_EDGE, height: GREY_EDGE, fit: 'inside', withoutEnlargement: true })
    .toColourspace('b-w')
    .extractChannel(0)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, pixels: new Uint8Array(data) }
}

/**
 * Shrinks once and measures everything, here in the worker: numbers travel, pixels do not.
 * @public called by name, from the pool
 */
export async function measure(task: DecodeTask): Promise<PictureMeasures> {
  // JPEG has no checksum: that a decoder wonders is all that tells a hole in its data.
  const picture = open(task, 'warning')
  const { hasAlpha } = await picture.metadata()
  const { data, info } = await picture
    .autoOrient()
    .resize({ width: SAMPLE_EDGE, height: SAMPLE_EDGE, fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return measurePicture({ width: info.width, height: info.height, pixels: data, hasAlpha })
}

/** A picture whose lettering is to be read. */
export interface LetteringTask extends DecodeTask {
  readonly kind: Lettering
}

/** Longest edge of what is read: letters of usual size have then the 20 to 60 pixels it wants. */
const READING_EDGE = 1_024
/** Share of the width over which a picture is smoothed to see what letters stand out from. */
const SMOOTHED_SHARE = 1 / 25

/**
 * Makes a grey picture for a text reader, which reads black on white best: the picture as it is, or
 * only its lines of letters that are darker or lighter than what is around them.
 * @public called by name, from the pool
 */
export async function lettering({ kind, ...task }: LetteringTask): Promise<Uint8Array> {
  const { data, info } = await open(task)
    .autoOrient()
    .flatten({ background: NEUTRAL })
    .resize({ width: READING_EDGE, height: READING_EDGE, fit: 'inside' })
    .toColourspace('b-w')
    .extractChannel(0)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const shown = kind === 'as_it_is' ? data : await lettersOf(data, { width, height }, kind)
  const png = await grey8(shown, { width, height }).png({ compressionLevel: 1 }).toBuffer()
  return move(new Uint8Array(png)) as Uint8Array
}

async function lettersOf(values: Uint8Array, size: Size, kind: 'light' | 'dark') {
  const around = await grey8(values, size)
    .blur(size.width * SMOOTHED_SHARE)
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer()
  return letterLines({ ...size, values }, around, kind)
}

const grey8 = (values: Uint8Array, size: Size): Sharp =>
  sharp(values, { raw: { ...size, channels: 1 } }).toColourspace('b-w')

/**
 * Scales, crops and encodes. Colour profile and descriptive data of the original are kept.
 * @public called by name, from the pool
 */
export async function convert(task: ConvertTask): Promise<Uint8Array> {
  const { resize, isWhole, format, compression = DEFAULT_QUALITY } = task
  let picture = open(task).autoOrient()
  const fit = isWhole === true ? 'inside' : 'cover'
  if (resize !== undefined) picture = picture.resize({ ...resize, fit })
  const data = await encoded(picture.keepMetadata(), format, compression).toBuffer()
  return move(new Uint8Array(data)) as Uint8Array
}

/**
 * Makes a mask's transparent pixels white and its opaque ones black, in the same places.
 * @public called by name, from the pool
 */
export async function whiteMask(task: DecodeTask): Promise<Uint8Array> {
  const data = await open(task)
    .ensureAlpha()
    .extractChannel('alpha')
    .negate()
    .toColourspace('b-w')
    .png()
    .toBuffer()
  return move(new Uint8Array(data)) as Uint8Array
}

/**
 * Makes a mask's transparent pixels black and its opaque ones white, in the same places.
 * @public called by name, from the pool
 */
export async function blackMask(task: DecodeTask): Promise<Uint8Array> {
  const data = await open(task)
    .ensureAlpha()
    .extractChannel('alpha')
    .toColourspace('b-w')
    .png()
    .toBuffer()
  return move(new Uint8Array(data)) as Uint8Array
}

/**
 * Hashes size and pixels, upright and with their transparency.
 * @public called by name, from the pool
 */
export async function pixelDigest(task: DecodeTask): Promise<string> {
  const { data, info } = await open(task)
    .autoOrient()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return createHash('sha256').update(`${info.width}x${info.height}\n`).update(data).digest('hex')
}

/**
 * Looks at a picture squeezed into a square. What is behind clear pixels nobody sees, and two
 * formats say it differently: such a picture has no look.
 * @public called by name, from the pool
 */
export async function look(task: DecodeTask): Promise<PictureLook> {
  const picture = open(task)
  const { autoOrient: size, hasAlpha } = await picture.metadata()
  if (hasAlpha && !(await picture.stats()).isOpaque) throw new Error('it has transparency')
  const pixels = await picture
    .autoOrient()
    .resize({ width: LOOK_EDGE, height: LOOK_EDGE, fit: 'fill' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer()
  const sample = { width: LOOK_EDGE, height: LOOK_EDGE, pixels, hasAlpha: false }
  return lookOf(sample, { width: size.width, height: size.height })
}

/**
 * Counts the pixels that a mask marks, and finds the box around them.
 * @public called by name, from the pool
 */
export async function coverage(task: DecodeTask): Promise<Coverage> {
  const { data, info } = await open(task)
    .ensureAlpha()
    .extractChannel('alpha')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  let marked = 0
  let [left, right, top, bottom] = [info.width, -1, info.height, -1]
  for (let at = 0; at < data.length; at += 1) {
    if ((data[at] ?? OPAQUE) >= HALF) continue
    marked += 1
    const x = at % info.width
    const y = Math.floor(at / info.width)
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = y
  }
  const [width, height] = marked === 0 ? [0, 0] : [right - left + 1, bottom - top + 1]
  return { width, height, share: marked / data.length }
}

/** Alpha of a pixel that is not clear at all, and the middle: below it a pixel is more clear. */
const OPAQUE = 255
const HALF = 128

/** A picture that gets margins. */
export interface PadTask extends DecodeTask {
  readonly margins: Expansion
}

/** A picture with margins, and the mask over them. */
export interface PaddedPicture {
  readonly image: Uint8Array
  readonly mask: Uint8Array
}

/**
 * Adds margins that repeat the edge of the picture, and makes the mask that is transparent there.
 * @public called by name, from the pool
 */
export async function pad(task: PadTask): Promise<PaddedPicture> {
  const { margins } = task
  const upright = await open(task).autoOrient().flatten({ background: PAPER }).png().toBuffer()
  const image = await sharp(upright)
    .extend({ ...margins, extendWith: 'copy' })
    .png()
    .toBuffer()
  const { width, height } = await sharp(upright).metadata()
  const kept = { width, height, channels: 4, background: '#000000' } as const
  const mask = await sharp({ create: kept })
    .extend({ ...margins, background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .png()
    .toBuffer()
  return { image: new Uint8Array(image), mask: new Uint8Array(mask) }
}

/** The limits hold here too: a decoder that hangs is stopped even if nobody waits for it. */
const open = (
  { bytes, maxPixels, timeLimitMs }: DecodeTask,
  failOn: 'error' | 'warning' = 'error',
): Sharp =>
  sharp(bytes, { failOn, limitInputPixels: maxPixels, pages: 1 }).timeout({
    seconds: Math.ceil(timeLimitMs / 1_000),
  })

function encoded(picture: Sharp, format: ImageFormat, compression: number): Sharp {
  const quality = Math.max(1, compression)
  switch (format) {
    case 'png':
      return picture.png()
    case 'webp':
      return picture.webp({ quality })
    case 'jpeg': {
      // Halved colours blur coloured lettering; who asks for quality gets them whole.
      const chromaSubsampling = quality >= DEFAULT_QUALITY ? '4:4:4' : '4:2:0'
      return picture.flatten({ background: PAPER }).jpeg({ quality, chromaSubsampling })
    }
  }
}
