import sharp from 'sharp'
import type { Size } from '../../src/core/request/image-request.ts'
import { draw } from '../../src/sandbox/draw.ts'
import { type Draw, seededDraw } from '../../src/sandbox/seeded.ts'
import type { Lettered } from '../../src/testing/lettered-picture.ts'

/** Size of the pictures: small, so that thousands can be made. */
export const pictureSize: Size = { width: 384, height: 384 }

const formats = ['png', 'jpeg', 'webp'] as const
/** One of a list, by chance. */
export const oneOf = <Value>(random: Draw, values: readonly Value[]): Value => {
  const value = values[Math.floor(random() * values.length)]
  if (value === undefined) throw new Error('there is nothing to choose from')
  return value
}
const between = (random: Draw, low: number, high: number): number => low + random() * (high - low)

/** A scene of the sandbox: hills, waves, flowers, a city…, in one of the formats. */
export const scenePicture = (seed: number): Promise<Uint8Array> =>
  draw({
    ...{ ...pictureSize, prompt: 'a place', seed },
    format: oneOf(seededDraw(`format:${seed}`), formats),
  })

/** The colours that every picture of the brand must have. */
export const brandColours = ['#0b6e4f', '#f2a541', '#23395b'] as const

/** Posters in given colours: shapes on a neutral ground, with soft light over them. */
export async function poster(seed: number, colours: readonly string[]): Promise<Uint8Array> {
  const random = seededDraw(`poster:${seed}`)
  const { width, height } = pictureSize
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
  const ground = oneOf(random, ['#f6f4ee', '#ffffff', '#e9edf0', '#2b2b2e'])
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
  return await sharp(Buffer.from(drawing))
    .toFormat(oneOf(random, formats), { quality: 86 })
    .toBuffer()
}

/** Texts as people ask for them: brands, shops, dates, prices. */
const texts = [
  ...['Open daily', 'Fresh bread', 'Winter market', 'Handmade soap', 'Welcome home', 'Night train'],
  ...['Green tea', 'Book fair', 'Quiet hours', 'Live music', 'Mountain lodge', 'Garden party'],
  ...['Grand opening', 'Summer sale 50%', 'Room 204', 'Made in Lisbon', 'Daily specials'],
  ...['Thank you for your visit', 'Breakfast until noon', 'Harbour festival 2026', 'No parking'],
] as const

/** Edge of pictures with lettering: letters need pixels. */
const LETTERED_EDGE = 768

/** A text and how it is set, by chance: on a panel over a scene, or straight on a plain ground. */
export async function letteredBy(seed: number): Promise<Lettered> {
  const random = seededDraw(`lettered:${seed}`)
  const text = oneOf(random, texts)
  const setting = oneOf(random, ['sign', 'plain'] as const)
  const letterSize = Math.min(between(random, 36, 72), (LETTERED_EDGE * 1.35) / text.length)
  return {
    ...{ text, setting, width: LETTERED_EDGE, height: LETTERED_EDGE, letterSize },
    font: oneOf(random, ['DejaVu Sans', 'DejaVu Serif'] as const),
    isBold: random() < 0.5,
    isLight: random() < 0.5,
    ...(setting === 'sign' ? { ground: await scenePicture(seed) } : {}),
  }
}
