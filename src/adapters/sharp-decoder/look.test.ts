import sharp, { type Sharp } from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { copyBits } from '../../core/quality/measures/picture-look.ts'
import { hashText, unitOf } from '../../sandbox/seeded.ts'
import { createSharpDecoder } from './sharp-decoder.ts'

const decoder = createSharpDecoder()
afterAll(() => decoder.close())

/** A drawn scene: a hundred shapes, a product in the middle, and a label with a price. */
interface Scene {
  readonly seed: number
  readonly product?: string
  readonly price?: string
  /** Pixels that the product lies further to the right. */
  readonly shift?: number
}

const WIDTH = 640
const HEIGHT = 480

function drawn({ seed, product = '#c03028', price = '19.90', shift = 0 }: Scene): Sharp {
  const luck = (name: string) => unitOf(hashText(`${seed} ${name}`))
  const shapes = Array.from({ length: 100 }, (_, index) => {
    const at = (name: string, most: number) => Math.round(luck(`${index} ${name}`) * most)
    const fill = `rgb(${at('r', 255)},${at('g', 255)},${at('b', 255)})`
    return `<ellipse cx="${at('x', WIDTH)}" cy="${at('y', HEIGHT)}" rx="${8 + at('w', 70)}" ry="${
      8 + at('h', 50)
    }" fill="${fill}" fill-opacity="0.8"/>`
  })
  const x = 240 + shift
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">` +
    `<rect width="100%" height="100%" fill="#eee"/>${shapes.join('')}` +
    `<rect x="${x}" y="160" width="160" height="160" rx="20" fill="${product}"/>` +
    `<rect x="${x + 40}" y="220" width="80" height="36" fill="#fff"/>` +
    `<text x="${x + 44}" y="248" font-size="28" font-family="sans-serif">${price}</text></svg>`
  return sharp(Buffer.from(svg)).flatten()
}

const seeds = Array.from({ length: 12 }, (_, seed) => seed)
const lookAt = async (picture: Sharp) => decoder.look(await picture.png().toBuffer())
const originals = Promise.all(seeds.map((seed) => lookAt(drawn({ seed }))))

/** How many pictures that were changed in one way are taken for copies of what they were. */
async function taken(change: (seed: number) => Promise<Buffer>): Promise<number> {
  const known = await originals
  const looks = await Promise.all(seeds.map(async (seed) => decoder.look(await change(seed))))
  return looks.filter((look, seed) => {
    const one = known[seed]
    return one !== undefined && copyBits(one, look) !== undefined
  }).length
}

describe('a photo is known again', () => {
  test.each<[string, (picture: Sharp) => Sharp]>([
    ['as a JPEG of quality 75', (picture) => picture.jpeg({ quality: 75 })],
    ['as a JPEG of quality 50', (picture) => picture.jpeg({ quality: 50 })],
    ['as a lossy WebP', (picture) => picture.webp({ quality: 75 })],
    ['a little smaller', (picture) => picture.resize({ width: 600 }).jpeg({ quality: 80 })],
  ])('%s', async (_title, change) => {
    const png = (seed: number) => drawn({ seed }).png().toBuffer()
    const count = await taken(async (seed) => change(sharp(await png(seed))).toBuffer())
    expect(count).toBeGreaterThanOrEqual(11)
  })
})

describe('a photo of something else is not', () => {
  test.each<[string, (seed: number) => Sharp]>([
    ['another price on the label', (seed) => drawn({ seed, price: '18.90' })],
    ['another colour', (seed) => drawn({ seed, product: '#30c028' })],
    ['a colour that is a little darker', (seed) => drawn({ seed, product: '#a82820' })],
    ['moved by some pixels', (seed) => drawn({ seed, shift: 6 })],
    ['mirrored', (seed) => drawn({ seed }).flop()],
    ['cropped', (seed) => drawn({ seed }).extract({ left: 12, top: 9, width: 600, height: 450 })],
    ['another scene', (seed) => drawn({ seed: seed + 1_000 })],
  ])('%s', async (_title, change) => {
    expect(await taken((seed) => change(seed).jpeg({ quality: 75 }).toBuffer())).toBe(0)
  })

  test('and no two of many scenes are one', async () => {
    const known = await originals
    const pairs = known.flatMap((one, index) => known.slice(index + 1).map((other) => [one, other]))
    const same = pairs.filter(([one, other]) => one && other && copyBits(one, other) !== undefined)
    expect([pairs.length, same.length]).toEqual([66, 0])
  })

  test('what is flat or clear has no look to be known by', async () => {
    const flat = sharp({ create: { width: 64, height: 64, channels: 3, background: '#ccc' } })
    const grey = await lookAt(flat)
    expect(copyBits(grey, grey)).toBeUndefined()
    const clear = sharp({ create: { width: 64, height: 64, channels: 4, background: '#cccccc00' } })
    await expect(lookAt(clear)).rejects.toThrow('transparency')
  })
})
