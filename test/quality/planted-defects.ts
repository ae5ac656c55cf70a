import sharp, { type Sharp } from 'sharp'
import { characterErrorRate } from '../../src/core/quality/lettering.ts'
import type { Size } from '../../src/core/request/image-request.ts'
import { type Draw, seededDraw } from '../../src/sandbox/seeded.ts'
import { type Lettered, letteredPicture } from '../../src/testing/lettered-picture.ts'
import {
  between,
  brandOf,
  cutout,
  difference,
  encoded,
  letteredBy,
  type Made,
  oneOf,
  otherText,
  poster,
  scene,
  scenePicture,
  sizeOf,
} from './good-pictures.ts'

/** A way to spoil a picture, so that a gate must refuse it. */
export interface Defect {
  readonly name: string
  /** Technical ones must be caught without exception. */
  readonly isTechnical: boolean
  plant(seed: number): Promise<Made>
}

const luckOf = (name: string, seed: number): Draw => seededDraw(`${name}:${seed}`)

/** One colour, nothing but clear pixels, a faint slope, faint noise, or a speck on one colour. */
const blank: Defect = {
  name: 'blank',
  isTechnical: true,
  plant: async (seed) => {
    const random = luckOf('blank', seed)
    const size = sizeOf(seed)
    const grey = () => Math.floor(random() * 256)
    const background = oneOf(random, ['#000000', '#ffffff', `rgb(${grey()},${grey()},${grey()})`])
    const make = oneOf(random, blanks)
    return { bytes: await encoded(make({ ...size, background }), random), size }
  },
}

type Plane = Size & { readonly background: string }
const plane = (of: Plane): Sharp => sharp({ create: { ...of, channels: 3 } })
const over = (of: Plane, marks: string): Sharp =>
  plane(of).composite([
    {
      input: Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="${of.width}" height="${of.height}">${marks}</svg>`,
      ),
    },
  ])
const blanks: readonly ((of: Plane) => Sharp)[] = [
  plane,
  ({ width, height }) =>
    sharp({
      create: { width, height, channels: 4, background: { r: 9, g: 80, b: 160, alpha: 0 } },
    }),
  (of) =>
    over(
      of,
      '<defs><linearGradient id="slope"><stop stop-color="#fff" stop-opacity="0.03"/>' +
        '<stop offset="1" stop-color="#000" stop-opacity="0.03"/></linearGradient></defs>' +
        '<rect width="100%" height="100%" fill="url(#slope)"/>',
    ),
  ({ width, height }) =>
    sharp({
      create: {
        ...{ width, height, channels: 3 as const, background: '#777777' },
        noise: { type: 'gaussian', mean: 120, sigma: 2 },
      },
    }),
  (of) => over(of, '<circle cx="30" cy="30" r="8" fill="#c0392b"/>'),
]

/** Anywhere, or in the very last bytes. */
const truncated: Defect = {
  name: 'truncated',
  isTechnical: true,
  plant: async (seed) => {
    const { bytes, size } = await scenePicture(seed)
    const random = luckOf('truncated', seed)
    const kept =
      random() < 0.5
        ? 40 + Math.floor((bytes.length - 60) * random())
        : bytes.length - 1 - Math.floor(random() * 12)
    return { bytes: bytes.subarray(0, kept), size }
  },
}

/**
 * Whole to the trailer, with a hole in the middle of the compressed pixels. Only PNG has checksums:
 * a hole in a JPEG or WebP is another picture that may be as good.
 */
const damaged: Defect = {
  name: 'damaged',
  isTechnical: true,
  plant: async (seed) => {
    const { picture, size } = await scene(seed)
    const bytes = await picture.png().toBuffer()
    const start = Math.floor(bytes.length * between(luckOf('damaged', seed), 0.3, 0.7))
    return { bytes: bytes.fill(0, start, start + 64), size }
  },
}

const wrongSize: Defect = {
  name: 'wrong size',
  isTechnical: true,
  plant: async (seed) => {
    const random = luckOf('size', seed)
    const { picture, size } = await scene(seed)
    const { width, height } = size
    const turned =
      width === height ? { width, height: height * 2 } : { width: height, height: width }
    const { width: wide, height: high } = oneOf(random, [
      ...[turned, { width: width / 2, height }, { width: width + 1, height }],
      ...[
        { width, height: height - 8 },
        { width: width / 2, height: height / 2 },
      ],
    ])
    const resized = picture.resize(wide, high, { fit: 'fill' })
    return { bytes: await encoded(resized, random), size }
  },
}

/** What servers send where a picture was promised. */
const words = [
  ...[
    '<!doctype html><title>502</title>',
    '{"error":"busy"}',
    'GIF89a\x01\x00\x01\x00',
    '',
    'null',
  ],
  ...['%PDF-1.7\n', 'BM\x36\x00\x00\x00', '\x89PNG\r\n\x1a\n', '\xff\xd8\xff\xd9', 'iVBORw0KGgo='],
  ...['<svg xmlns="http://www.w3.org/2000/svg"/>', 'RIFF\x04\x00\x00\x00WEBP'],
  '\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf',
] as const
const notAPicture: Defect = {
  name: 'not a picture',
  isTechnical: true,
  plant: async (seed) => ({
    bytes: Buffer.from(oneOf(luckOf('words', seed), words), 'latin1'),
    size: sizeOf(seed),
  }),
}

/** No transparency at all, a veil behind the thing, or a thing that is cut off at the border. */
const notClear: Defect = {
  name: 'ground not clear',
  isTechnical: true,
  plant: async (seed) => {
    const random = luckOf('clear', seed)
    const { picture, size } = await cutout(seed)
    const { width, height } = size
    const veil = { r: 200, g: 200, b: 200, alpha: between(random, 0.1, 1) }
    const behind = await sharp({ create: { width, height, channels: 4, background: veil } })
      .png()
      .toBuffer()
    const spoil = oneOf(random, [
      () => encoded(picture.flatten({ background: '#ffffff' }), random),
      () => encoded(picture.composite([{ input: behind, blend: 'dest-over' }]), random, clearKinds),
      () => encoded(picture.trim().resize(width, height, { fit: 'fill' }), random, clearKinds),
    ])
    return { bytes: await spoil(), size }
  },
}
const clearKinds = ['png', 'webp'] as const

/** From just visible to a smear: a Gauss of 1/160 to 1/24 of the edge, or enlarged from little. */
const blurred: Defect = {
  name: 'blurred',
  isTechnical: false,
  plant: async (seed) => {
    const random = luckOf('blurred', seed)
    const { picture, size } = await scene(seed)
    const { width, height } = size
    if (random() < 0.75) {
      const share = 1 / between(random, 24, 160)
      return { bytes: await encoded(picture.blur(Math.min(width, height) * share), random), size }
    }
    const factor = between(random, 5, 10)
    const few = await picture
      .resize(Math.round(width / factor))
      .png()
      .toBuffer()
    return { bytes: await encoded(sharp(few).resize(width, height, { fit: 'fill' }), random), size }
  },
}

/** Colours from which on a difference is seen at once (CIEDE2000), and those of near misses. */
const FAR = 10
const NEAR = 20

/** One colour of the brand is another one: another hue, or a near miss. */
const offPalette: Defect = {
  name: 'off palette',
  isTechnical: false,
  plant: async (seed) => {
    const random = luckOf('palette', seed)
    const colours = [...brandOf(seed)]
    const place = Math.floor(random() * colours.length)
    colours[place] = wrongFor(colours, place, random)
    return await poster(seed, colours)
  },
}

function wrongFor(brand: readonly string[], place: number, random: Draw): string {
  const isNear = random() < 0.5
  for (;;) {
    const wrong = `#${Math.floor(random() * 2 ** 24)
      .toString(16)
      .padStart(6, '0')}`
    const isApart = brand.every((colour) => difference(colour, wrong) > FAR)
    if (isApart && (!isNear || difference(brand[place] ?? wrong, wrong) < NEAR)) return wrong
  }
}

/** More letters of the text are wrong than the gate bears, or all of them, or there is none. */
const misspelt: Defect = {
  name: 'misspelt text',
  isTechnical: false,
  plant: async (seed) => {
    const how = await letteredBy(seed)
    const random = luckOf('misspelt', seed)
    const luck = random()
    const others = ['', otherText(random, how.text)] as const
    const text = luck < 0.2 ? oneOf(random, others) : withMistakes(how.text, random)
    return await lettered({ ...how, text }, { seed, asked: how.text })
  },
}

/** A picture with lettering, for which a text was asked. */
export async function lettered(
  how: Lettered,
  { seed, asked }: { readonly seed: number; readonly asked: string },
): Promise<Made> {
  const { width, height } = how
  const picture = sharp(await letteredPicture(how))
  const bytes = await encoded(picture, seededDraw(`letters:${seed}`))
  return { bytes, size: { width, height }, text: asked }
}

/** Wrong characters, as a share, that the gate bears in texts of more than 12 characters. */
const BORNE = 0.05

/** A text with as many mistakes as it takes to be refused. */
function withMistakes(text: string, random: Draw): string {
  let spoilt = text
  while (characterErrorRate(text, spoilt) <= BORNE) spoilt = withMistake(spoilt, random)
  return spoilt
}

function withMistake(text: string, random: Draw): string {
  const at = oneOf(
    random,
    [...text.matchAll(/\p{L}(?=\p{L})/gu)].map(({ index }) => index),
  )
  const letter = text.charAt(at)
  return oneOf(random, [
    text.slice(0, at) + text.charAt(at + 1) + letter + text.slice(at + 2),
    text.slice(0, at) + text.slice(at + 1),
    text.slice(0, at) + letter + text.slice(at),
    text.slice(0, at) + oneOf(random, [...'aeioubdkmnrstvz']) + text.slice(at + 1),
  ])
}

/** Everything that is planted; misspelt texts only where a text reader is. */
export const defects: readonly Defect[] = [
  ...[blank, truncated, damaged, wrongSize, notAPicture, notClear],
  ...[blurred, offPalette, misspelt],
]
