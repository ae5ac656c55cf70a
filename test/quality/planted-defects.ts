import sharp from 'sharp'
import { characterErrorRate } from '../../src/core/quality/lettering.ts'
import { type Draw, seededDraw } from '../../src/sandbox/seeded.ts'
import { letteredPicture } from '../../src/testing/lettered-picture.ts'
import {
  brandColours,
  letteredBy,
  oneOf,
  pictureSize,
  poster,
  scenePicture,
} from './good-pictures.ts'

/** A way to spoil a picture, so that a gate must refuse it. */
export interface Defect {
  readonly name: string
  /** Technical ones must be caught without exception. */
  readonly isTechnical: boolean
  plant(seed: number): Promise<{ readonly bytes: Uint8Array; readonly text?: string }>
}

const luckOf = (name: string, seed: number): Draw => seededDraw(`${name}:${seed}`)
const formats = ['png', 'jpeg', 'webp'] as const

const flat = (background: string) => sharp({ create: { ...pictureSize, channels: 3, background } })

/** One colour in any format and quality, or a nearly flat gradient. */
const blank: Defect = {
  name: 'blank',
  isTechnical: true,
  plant: async (seed) => {
    const random = luckOf('blank', seed)
    const grey = () => Math.floor(random() * 256)
    const colour = oneOf(random, ['#000000', '#ffffff', `rgb(${grey()},${grey()},${grey()})`])
    const quality = 30 + Math.floor(random() * 70)
    return { bytes: await flat(colour).toFormat(oneOf(random, formats), { quality }).toBuffer() }
  },
}

const truncated: Defect = {
  name: 'truncated',
  isTechnical: true,
  plant: async (seed) => {
    const bytes = await scenePicture(seed)
    const share = luckOf('truncated', seed)()
    return { bytes: bytes.subarray(0, 40 + Math.floor((bytes.length - 60) * share)) }
  },
}

/** Whole to the trailer, with a hole in the middle of the compressed pixels. */
const damaged: Defect = {
  name: 'damaged',
  isTechnical: true,
  plant: async (seed) => {
    const bytes = await sharp(await scenePicture(seed))
      .png()
      .toBuffer()
    const start = Math.floor(bytes.length * (0.3 + luckOf('damaged', seed)() * 0.4))
    return { bytes: bytes.fill(0, start, start + 64) }
  },
}

const wrongSize: Defect = {
  name: 'wrong size',
  isTechnical: true,
  plant: async (seed) => {
    const random = luckOf('size', seed)
    const { width, height } = pictureSize
    const size = oneOf(random, [
      ...[
        { width: width / 2, height },
        { width: width + 1, height },
        { width, height: height - 8 },
      ],
      { width: width / 2, height: height / 2 },
    ])
    const resized = sharp(await scenePicture(seed)).resize(size.width, size.height, { fit: 'fill' })
    return { bytes: await resized.png().toBuffer() }
  },
}

/** An error page, JSON or a GIF where a picture was promised. */
const notAPicture: Defect = {
  name: 'not a picture',
  isTechnical: true,
  plant: async (seed) => {
    const words = [
      '<!doctype html><title>502</title>',
      '{"error":"busy"}',
      'GIF89a\x01\x00\x01\x00',
    ]
    return { bytes: Buffer.from(oneOf(luckOf('words', seed), words), 'latin1') }
  },
}

/** From just visible to a smear: a Gauss of 1/160 to 1/24 of the edge, in any format. */
const blurred: Defect = {
  name: 'blurred',
  isTechnical: false,
  plant: async (seed) => {
    const random = luckOf('blurred', seed)
    const share = 1 / (24 + random() * 136)
    const soft = sharp(await scenePicture(seed)).blur(pictureSize.width * share)
    return { bytes: await soft.toFormat(oneOf(random, formats), { quality: 88 }).toBuffer() }
  },
}

/** One colour of the brand is another one: its hue turned, or left out. */
const offPalette: Defect = {
  name: 'off palette',
  isTechnical: false,
  plant: async (seed) => {
    const random = luckOf('palette', seed)
    const colours: string[] = [...brandColours]
    const wrong = ['#8c2f6b', '#3fa7d6', '#c0392b', '#7fb069', '#6a4c93', '#d8c3a5', '#4a6fa5']
    colours[Math.floor(random() * colours.length)] = oneOf(random, wrong)
    return { bytes: await poster(seed, colours) }
  },
}

/** More letters of the text are wrong than the gate bears: swapped, missing, doubled or others. */
const misspelt: Defect = {
  name: 'misspelt text',
  isTechnical: false,
  plant: async (seed) => {
    const how = await letteredBy(seed)
    const text = withMistakes(how.text, luckOf('misspelt', seed))
    return { bytes: await letteredPicture({ ...how, text }), text: how.text }
  },
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
  ...[blank, truncated, damaged, wrongSize, notAPicture],
  ...[blurred, offPalette, misspelt],
]
