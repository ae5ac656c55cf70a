import sharp, { type Sharp } from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { colourDifference } from '../../core/quality/colour/ciede2000.ts'
import { labFromHex } from '../../core/quality/colour/lab.ts'
import {
  differingBits,
  gridDifference,
  looksAlike,
} from '../../core/quality/measures/picture-hash.ts'
import { imageFormats } from '../../core/request/image-request.ts'
import { draw } from '../../sandbox/draw.ts'
import { createSharpDecoder } from './sharp-decoder.ts'

const decoder = createSharpDecoder({ timeLimitMs: 60_000 })
afterAll(() => decoder.close())

const size = { width: 1024, height: 768 }
const scene = (seed: number, more = {}) =>
  draw({ ...size, prompt: 'a bottle', seed, format: 'png', ...more })
const flat = (background: string): Sharp => sharp({ create: { ...size, channels: 4, background } })

/** A product on white, of one colour. */
const product = (colour: string, left = 156) =>
  sharp(
    Buffer.from(
      `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="512">
        <rect width="512" height="512" fill="#fff"/>
        <rect x="${left}" y="176" width="200" height="260" rx="30" fill="${colour}"/>
        <rect x="${left + 60}" y="96" width="80" height="90" fill="#555"/>
        <rect x="${left + 30}" y="260" width="140" height="70" fill="#eee"/></svg>`,
    ),
  )

describe('measures of a picture', () => {
  test.each(imageFormats)('hardly depend on how it is encoded: %s', async (format) => {
    const png = await scene(3)
    const one = await decoder.measure(png)
    const other = await decoder.measure(
      await sharp(png).toFormat(format, { quality: 90 }).toBuffer(),
    )
    expect(Math.abs(other.greyDeviation / one.greyDeviation - 1)).toBeLessThan(0.02)
    expect(looksAlike(one.hash, other.hash)).toBe(true)
    expect(other.hasAlpha).toBe(false)
  })

  test('one colour is common, a scene is not; a blurred one is less sharp', async () => {
    const blank = await decoder.measure(await flat('#123456').jpeg({ quality: 40 }).toBuffer())
    expect(blank.commonShare).toBe(1)
    expect(blank.greyDeviation).toBeLessThan(1)
    const sharpOne = await decoder.measure(await scene(5))
    const blurred = await decoder.measure(await scene(5, { blurred: true }))
    expect(sharpOne.commonShare).toBeLessThan(0.98)
    expect(blurred.sharpness).toBeLessThan(sharpOne.sharpness / 10)
  })

  test('the main colours are those that were painted, with their shares', async () => {
    const { colours } = await decoder.measure(await product('#c81e3c').png().toBuffer())
    const [white, body] = colours
    expect(white?.share).toBeGreaterThan(0.7)
    const painted = labFromHex('#c81e3c')
    expect(body && painted && colourDifference(body.lab, painted)).toBeLessThan(2)
    expect(colours.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9)
  })

  test('the border of a sign on nothing is clear, that of a filled one is not', async () => {
    const sign = await product('#c81e3c').resize(200).png().toBuffer()
    const cut = await flat('#00000000')
      .composite([{ input: sign, left: 0, top: 284 }])
      .png()
      .toBuffer()
    const inside = await flat('#00000000')
      .composite([{ input: sign, gravity: 'centre' }])
      .png()
    expect(await decoder.measure(await inside.toBuffer())).toMatchObject({
      ...{ hasAlpha: true, clearBorder: 1 },
    })
    const touching = await decoder.measure(cut)
    expect(touching.clearBorder > 0.7 && touching.clearBorder < 1).toBe(true)
    const opaque = await decoder.measure(await scene(1))
    expect([opaque.hasAlpha, opaque.clearBorder]).toEqual([false, 0])
  })

  test('a picture smaller than the grid is measured as well', async () => {
    const tiny = await decoder.measure(await product('#000').resize(16, 20).png().toBuffer())
    expect(tiny.hash.bits).toMatch(/^[0-9a-f]{64}$/)
    expect(tiny.greyDeviation).toBeGreaterThan(20)
  })

  test('a cut picture is an error, a full queue is another one', async () => {
    const bytes = Buffer.from(await scene(2))
    await expect(decoder.measure(bytes.subarray(0, bytes.length / 2))).rejects.not.toHaveProperty(
      'isBusy',
    )
    const narrow = createSharpDecoder({ threads: 1, maxQueue: 0 })
    const first = narrow.measure(bytes)
    await expect(narrow.measure(bytes)).rejects.toMatchObject({ isBusy: true })
    await first
    await narrow.close()
    await expect(narrow.measure(bytes)).rejects.toMatchObject({ isBusy: true })
  })
})

describe('the hash of a picture', () => {
  const hashOf = async (picture: Sharp) =>
    (await decoder.measure(await picture.png().toBuffer())).hash

  test('survives scaling and encoding', async () => {
    const one = await hashOf(sharp(await scene(8)))
    const small = await decoder.measure(
      await sharp(await scene(8))
        .resize(300, 225)
        .jpeg({ quality: 60 })
        .toBuffer(),
    )
    expect(differingBits(one.bits, small.hash.bits)).toBeLessThanOrEqual(31)
    expect(looksAlike(one, small.hash)).toBe(true)
  })

  test('is blind to colour, which the grid is not', async () => {
    const [red, blue, green] = await Promise.all(
      ['#c81e3c', '#1e50c8', '#1e8c3c'].map((colour) => hashOf(product(colour))),
    )
    if (!red || !blue || !green) throw new Error('three hashes were asked for')
    for (const other of [blue, green]) {
      expect(differingBits(red.bits, other.bits)).toBeLessThanOrEqual(31)
      expect(gridDifference(red.grid, other.grid)).toBeGreaterThan(3)
      expect(looksAlike(red, other)).toBe(false)
    }
  })

  test('tells other scenes, mirrored ones and moved things apart', async () => {
    const one = await hashOf(sharp(await scene(8)))
    expect(looksAlike(one, await hashOf(sharp(await scene(9))), 45)).toBe(false)
    expect(looksAlike(one, await hashOf(sharp(await scene(8)).flop()), 45)).toBe(false)
    const [here, there] = [await hashOf(product('#222')), await hashOf(product('#222', 196))]
    expect(differingBits(here.bits, there.bits)).toBeGreaterThan(31)
  })

  test('of a flat picture says that there is nothing to compare', async () => {
    const white = await hashOf(flat('#ffffff'))
    expect(white.detail).toBe(0)
    expect(looksAlike(white, white)).toBe(false)
  })
})

describe('lettering for a text reader', () => {
  const sign = (ink: string, ground: string) =>
    sharp(
      Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="300">
          <rect width="600" height="300" fill="${ground}"/>
          <g fill="${ink}"><rect x="285" y="100" width="20" height="40"/>
          <rect x="320" y="100" width="20" height="40"/><rect x="40" y="40" width="500" height="6"/>
          <rect x="300" y="200" width="30" height="40"/></g></svg>`,
      ),
    )
      .png()
      .toBuffer()
  const pixelOf = async (bytes: Uint8Array, x: number, y: number) => {
    const { width = 0, height = 0 } = await sharp(bytes).metadata()
    const at = { left: Math.floor(x * width), top: Math.floor(y * height), width: 1, height: 1 }
    return [...(await sharp(bytes).extract(at).raw().toBuffer())].slice(0, 1)
  }

  test.each([
    ['light', '#ffffff', '#a0c040'],
    ['light', '#ffd23f', '#2f6b3a'],
    ['dark', '#101010', '#c0a040'],
    ['dark', '#b3122a', '#fdf3e3'],
  ] as const)(
    '%s letters in a line, %s on %s, become black on white',
    async (kind, ink, ground) => {
      const bytes = await decoder.lettering(await sign(ink, ground), kind)
      expect(await pixelOf(bytes, 0.5, 0.4)).toEqual([0])
      expect(await pixelOf(bytes, 0.55, 0.4)).toEqual([0])
      // A bar is no letter, and what stands alone is no line.
      for (const y of [0.14, 0.73, 0.9]) expect(await pixelOf(bytes, 0.52, y)).toEqual([255])
      expect(await sharp(bytes).metadata()).toMatchObject({
        format: 'png',
        width: 1024,
        height: 512,
      })
    },
  )

  test('as it is, only grey and its size are new', async () => {
    const bytes = await decoder.lettering(await sign('#ff0000', '#ffffff'), 'as_it_is')
    expect(await pixelOf(bytes, 0.5, 0.95)).toEqual([255])
    expect((await pixelOf(bytes, 0.5, 0.4))[0]).toBeGreaterThan(40)
  })
})
