import sharp, { type Sharp } from 'sharp'
import { colourDifference } from '../../src/core/quality/colour/ciede2000.ts'
import { type Lab, labFromHex } from '../../src/core/quality/colour/lab.ts'
import type { Size } from '../../src/core/request/image-request.ts'
import { draw } from '../../src/sandbox/draw.ts'
import { type Draw, seededDraw } from '../../src/sandbox/seeded.ts'
import type { Lettered } from '../../src/testing/lettered-picture.ts'

/** A picture, and what was asked for. */
export interface Made {
  readonly bytes: Uint8Array
  readonly size: Size
  readonly text?: string
  readonly colours?: readonly string[]
}

/** Small, so that thousands can be made; wide, high and square ones. */
const sizes: readonly Size[] = [
  ...[384, 256].map((edge) => ({ width: edge, height: edge })),
  ...[512, 640].map((width) => ({ width, height: width === 512 ? 320 : 384 })),
  ...[320, 600].map((width) => ({ width, height: width === 320 ? 512 : 800 })),
]
const formats = ['png', 'jpeg', 'webp'] as const
/** One of a list, by chance. */
export const oneOf = <Value>(random: Draw, values: readonly Value[]): Value => {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('there is nothing to choose from')
  return value
}
/** A number between two, by chance. */
export const between = (random: Draw, low: number, high: number): number =>
  low + random() * (high - low)

type Format = (typeof formats)[number]
/** In a format and quality by chance. */
export function encoded(
  picture: Sharp,
  random: Draw,
  kinds: readonly Format[] = formats,
): Promise<Uint8Array> {
  const format = oneOf(random, kinds)
  const quality = Math.round(between(random, 70, 95))
  // A quality of PNG would be a palette with dots in place of colours.
  return picture.toFormat(format, format === 'png' ? {} : { quality }).toBuffer()
}

/** Grey values times a factor, and more: usual, at night, pale, soft. */
const tones = [[1, 0] as const, [0.35, 0] as const, [0.35, 150] as const, [0.6, 50] as const]
/**
 * Height of the band that emulators write on their pictures. It is the sharpest thing in them, so
 * what finds blur would find blurred bands: these pictures have none.
 */
const BAND = 96

const luckOf = (seed: number): Draw => seededDraw(`scene:${seed}`)
/** The size of a scene, without drawing it. */
export const sizeOf = (seed: number): Size => oneOf(luckOf(seed), sizes)

/** Scenes are drawn once for all that is made of them; the oldest goes first. */
const MOST_DRAWN = 1_000
const drawn = new Map<number, Promise<Buffer>>()

/** The pixels of a scene: hills, waves, flowers, a city…, by day or night, now and then grey. */
export async function scene(
  seed: number,
): Promise<{ readonly picture: Sharp; readonly size: Size }> {
  const pixels = drawn.get(seed) ?? drawScene(seed)
  drawn.set(seed, pixels)
  const [oldest] = drawn.keys()
  if (drawn.size > MOST_DRAWN && oldest !== undefined) drawn.delete(oldest)
  return { picture: sharp(await pixels), size: sizeOf(seed) }
}

async function drawScene(seed: number): Promise<Buffer> {
  const random = luckOf(seed)
  const { width, height } = oneOf(random, sizes)
  const whole = await draw({
    ...{ width, height: height + BAND, prompt: 'a place', seed, format: 'png' },
  })
  const [factor, more] = oneOf(random, tones)
  const inside = sharp(whole).extract({ left: 0, top: 0, width, height }).linear(factor, more)
  if (random() < 0.1) inside.greyscale()
  return inside.png({ compressionLevel: 1 }).toBuffer()
}

/** A scene in one of the formats. */
export async function scenePicture(seed: number): Promise<Made> {
  const { picture, size } = await scene(seed)
  return { bytes: await encoded(picture, seededDraw(`format:${seed}`)), size }
}

/** Colours that every picture of a brand must have. */
const brands = [
  ['#0b6e4f', '#f2a541', '#23395b'],
  ['#d7263d', '#1b998b', '#2e294e'],
  ['#5f0f40', '#fb8b24', '#0f4c5c'],
  ['#f4d35e', '#ee964b', '#0d3b66'],
  ['#8ecae6', '#219ebc', '#023047'],
  ['#111111', '#c9a227', '#8b1e3f'],
] as const
const grounds = ['#f6f4ee', '#ffffff', '#e9edf0', '#9a9ea3', '#2b2b2e'] as const

/** The brand that a picture is for. */
export const brandOf = (seed: number): readonly string[] =>
  oneOf(seededDraw(`brand:${seed}`), brands)

/** How far colours are apart (CIEDE2000). */
export const difference = (one: string, other: string): number =>
  colourDifference(labOf(one), labOf(other))

const labOf = (hex: string): Lab => {
  const lab = labFromHex(hex)
  if (lab === undefined) throw new Error(`${hex} is no colour`)
  return lab
}
/** A ground that is like one of the colours would stand for it. */
const APART = 12

/** Shapes in given colours on a neutral ground, in soft light; one in four with a photograph. */
export async function poster(
  seed: number,
  colours: readonly string[],
  { hasPhoto = false }: { readonly hasPhoto?: boolean } = {},
): Promise<Made> {
  const random = seededDraw(`poster:${seed}`)
  const size = oneOf(random, sizes)
  const { width, height } = size
  const shapes = colours.map((colour, index) => {
    const x = between(random, 0.02, 0.3) * width
    const y = ((index + 0.08) / colours.length) * height
    const wide = between(random, 0.35, 0.65) * width
    const high = between(random, 0.2, 0.27) * height
    const form = oneOf(random, ['ellipse', 'rect', 'round'])
    return form === 'ellipse'
      ? `<ellipse cx="${x + wide / 2}" cy="${y + high / 2}" rx="${wide / 2}" ` +
          `ry="${high / 2}" fill="${colour}"/>`
      : `<rect x="${x}" y="${y}" width="${wide}" height="${high}" ` +
          `rx="${form === 'round' ? 24 : 0}" fill="${colour}"/>`
  })
  const brand = [...colours, ...brandOf(seed)]
  const ground = oneOf(
    random,
    grounds.filter((each) => brand.every((colour) => difference(each, colour) > APART)),
  )
  const light = between(random, 0, 0.06).toFixed(3)
  const lines = Array.from({ length: 12 }, () => {
    const y = between(random, 0, height)
    return `<line x1="0" x2="${width}" y1="${y}" y2="${y}" stroke="#888" stroke-width="1"/>`
  })
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <defs><linearGradient id="light" x2="1" y2="1"><stop stop-color="#fff" stop-opacity="${light}"/>
    <stop offset="1" stop-color="#000" stop-opacity="${light}"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="${ground}"/>${lines.join('')}${shapes.join('')}
    <rect width="100%" height="100%" fill="url(#light)"/></svg>`
  const picture = sharp(Buffer.from(drawing))
  if (hasPhoto && random() < 0.25) {
    const photo = (await scene(seed)).picture.resize(Math.floor(width * 0.3), height)
    picture.composite([{ input: await photo.png().toBuffer(), gravity: 'east' }])
  }
  return { bytes: await encoded(picture, random), size, colours: brandOf(seed) }
}

/** Outlines of things that stand alone, in hundredths of the picture. */
const outlines = [
  '<ellipse cx="50" cy="50" rx="44" ry="40"/>',
  '<rect x="8" y="14" width="84" height="70" rx="12"/>',
  '<path d="M50 5 61 38 95 38 67 58 78 92 50 71 22 92 33 58 5 38 39 38Z"/>',
] as const

/** A thing that stands alone on a clear ground. */
export async function cutout(
  seed: number,
): Promise<{ readonly picture: Sharp; readonly size: Size }> {
  const { picture, size } = await scene(seed)
  const outline =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" ` +
    `viewBox="0 0 100 100" preserveAspectRatio="none">` +
    `${oneOf(seededDraw(`outline:${seed}`), outlines)}</svg>`
  const mask = { input: Buffer.from(outline), blend: 'dest-in' } as const
  const pixels = await picture.ensureAlpha().composite([mask]).png().toBuffer()
  return { picture: sharp(pixels), size }
}

/** The same in a format that can be clear. */
export async function cutoutPicture(seed: number): Promise<Made> {
  const { picture, size } = await cutout(seed)
  const random = seededDraw(`format:${seed}`)
  return { bytes: await encoded(picture, random, ['png', 'webp']), size }
}

/** Texts as people ask for them: brands, shops, dates, prices. */
const texts = [
  ...['Open daily', 'Fresh bread', 'Winter market', 'Handmade soap', 'Welcome home', 'Night train'],
  ...['Green tea', 'Book fair', 'Quiet hours', 'Live music', 'Mountain lodge', 'Garden party'],
  ...['Grand opening', 'Summer sale 50%', 'Room 204', 'Made in Lisbon', 'Daily specials'],
  ...['Thank you for your visit', 'Breakfast until noon', 'Harbour festival 2026', 'No parking'],
  ...['SALE', 'OPEN', 'Bakery & Sons', 'Since 1987', 'Please ring the bell', 'Platform 9'],
] as const
const inks = [
  ...['usual' as const, 'usual' as const, 'usual' as const],
  { ink: '#b3122a', paper: '#fdf3e3' },
  { ink: '#ffd23f', paper: '#1b2a49' },
  { ink: '#ffffff', paper: '#2f6b3a' },
  { ink: '#1d3a8a', paper: '#cfe8ff' },
] as const

/** Another text than a given one. */
export const otherText = (random: Draw, text: string): string =>
  oneOf(
    random,
    texts.filter((each) => each !== text),
  )

/** A text and how it is set, by chance: on a panel over a scene, or straight on a plain ground. */
export async function letteredBy(seed: number): Promise<Lettered> {
  const random = seededDraw(`lettered:${seed}`)
  const text = oneOf(random, texts)
  const setting = oneOf(random, ['sign', 'plain'] as const)
  // Letters need pixels.
  const [width, height] = oneOf(random, [
    [768, 768] as const,
    [960, 640] as const,
    [700, 900] as const,
  ])
  const letterSize = Math.min(between(random, 36, 72), (width * 1.35) / text.length)
  const colours = oneOf(random, inks)
  return {
    ...{ text, setting, width, height, letterSize },
    font: oneOf(random, ['DejaVu Sans', 'DejaVu Serif', 'DejaVu Sans Mono'] as const),
    ...{ isBold: random() < 0.5, isLight: random() < 0.5 },
    ...(colours === 'usual' ? {} : { colours }),
    ...(setting === 'sign' ? { ground: (await scenePicture(seed)).bytes } : {}),
  }
}
