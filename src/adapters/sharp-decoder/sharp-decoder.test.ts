import sharp, { type Sharp } from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { isBlank } from '../../core/quality/blank.ts'
import { checkStructure, readImageHeader } from '../../core/quality/image-header.ts'
import { imageFormats } from '../../core/request/image-request.ts'
import { createSharpDecoder } from './sharp-decoder.ts'

const decoder = createSharpDecoder()
afterAll(() => decoder.close())

/** Left half red, right half blue. */
function scene(width: number, height: number): Sharp {
  const row = Array.from({ length: width }, (_, x) => (x < width / 2 ? [255, 0, 0] : [0, 0, 255]))
  const pixels = Buffer.concat(Array<Buffer>(height).fill(Buffer.from(row.flat())))
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}
const clear = (alpha: number, colour = { r: 255, g: 255, b: 255 }) =>
  sharp({ create: { width: 40, height: 40, channels: 4, background: { ...colour, alpha } } })
/** The colour of one pixel. */
const pixelOf = async (bytes: Uint8Array, left: number, top: number): Promise<number[]> => [
  ...(await sharp(bytes).extract({ left, top, width: 1, height: 1 }).raw().toBuffer()),
]

describe('grey', () => {
  test.each([
    [1024, 1024, 64, 64],
    [1536, 1024, 64, 43],
    [400, 1600, 16, 64],
    [30, 20, 30, 20],
  ])('shrinks %ix%i to %ix%i', async (width, height, greyWidth, greyHeight) => {
    const grey = await decoder.grey(await scene(width, height).png().toBuffer())
    expect(grey).toMatchObject({ width: greyWidth, height: greyHeight })
    expect(grey.pixels).toHaveLength(greyWidth * greyHeight)
    expect(isBlank(grey.pixels)).toBe(false)
  })

  test.each(imageFormats)('reads %s, in colour, in grey and of one colour', async (format) => {
    const colour = await decoder.grey(await scene(64, 64).toFormat(format).toBuffer())
    const mono = await decoder.grey(await scene(64, 64).greyscale().toFormat(format).toBuffer())
    expect(mono.pixels).toHaveLength(64 * 64)
    expect(Math.abs((mono.pixels[0] ?? 0) - (colour.pixels[0] ?? 0))).toBeLessThan(12)
    const flat = sharp({ create: { width: 64, height: 64, channels: 3, background: '#123456' } })
    expect(isBlank((await decoder.grey(await flat.toFormat(format).toBuffer())).pixels)).toBe(true)
  })

  test('sees a white and a black sign on nothing, and that nothing is blank', async () => {
    for (const value of [0, 255]) {
      const sign = await clear(1, { r: value, g: value, b: value }).resize(10, 10).png().toBuffer()
      const picture = await clear(0)
        .composite([{ input: sign }])
        .png()
        .toBuffer()
      expect(isBlank((await decoder.grey(picture)).pixels)).toBe(false)
    }
    expect(isBlank((await decoder.grey(await clear(0).png().toBuffer())).pixels)).toBe(true)
  })

  test('reads 16 bits a channel and print colours', async () => {
    const deep = await scene(64, 64).toColourspace('rgb16').png().toBuffer()
    expect((await decoder.grey(deep)).pixels).toHaveLength(64 * 64)
    const print = await scene(64, 64).toColourspace('cmyk').jpeg().toBuffer()
    expect((await decoder.grey(print)).pixels).toHaveLength(64 * 64)
  })
})

describe('convert', () => {
  test.each(imageFormats)('to %s makes a complete picture of it', async (format) => {
    const bytes = await decoder.convert(await scene(64, 48).png().toBuffer(), { format })
    const header = { format, width: 64, height: 48, hasAlpha: false, frames: 1 }
    expect(checkStructure(bytes)).toEqual({ ok: true, header })
  })

  test('scales and crops to the middle', async () => {
    const wide = await scene(400, 100).png().toBuffer()
    const resize = { width: 50, height: 50 }
    const bytes = await decoder.convert(wide, { resize, format: 'png' })
    expect(readImageHeader(bytes)).toMatchObject(resize)
    expect(await pixelOf(bytes, 5, 25)).toEqual([255, 0, 0])
    expect(await pixelOf(bytes, 45, 25)).toEqual([0, 0, 255])
    const larger = await decoder.convert(wide, {
      resize: { width: 800, height: 200 },
      format: 'png',
    })
    expect(readImageHeader(larger)).toMatchObject({ width: 800, height: 200 })
  })

  test('keeps transparency where there is any, and puts paper behind it for jpeg', async () => {
    const see = await clear(0.5, { r: 0, g: 0, b: 0 }).png().toBuffer()
    for (const format of ['png', 'webp'] as const) {
      const bytes = await decoder.convert(see, { format })
      expect(readImageHeader(bytes)).toMatchObject({ format, hasAlpha: true })
    }
    const onPaper = await decoder.convert(await clear(0).png().toBuffer(), { format: 'jpeg' })
    expect(await pixelOf(onPaper, 5, 5)).toEqual([255, 255, 255])
  })

  test('makes smaller files of lower quality; 0 is the lowest, not an error', async () => {
    const noise = await sharp({
      create: { width: 64, height: 64, channels: 3, noise: { type: 'gaussian', sigma: 40 } },
    } as never)
      .png()
      .toBuffer()
    for (const format of ['jpeg', 'webp'] as const) {
      const sizes = await Promise.all(
        [0, 50, 100].map(async (compression) => {
          return (await decoder.convert(noise, { format, compression })).length
        }),
      )
      expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
      expect(new Set(sizes).size).toBe(3)
    }
  })

  test('keeps the colour profile, and turns what a camera held upright', async () => {
    const photo = await scene(64, 32)
      .withMetadata({ orientation: 6, icc: 'p3', exif: { IFD0: { Copyright: 'somebody' } } })
      .jpeg()
      .toBuffer()
    const bytes = await decoder.convert(photo, { format: 'png' })
    const metadata = await sharp(bytes).metadata()
    expect(metadata).toMatchObject({ width: 32, height: 64, hasProfile: true })
    expect(metadata.orientation ?? 1).toBe(1)
    expect(metadata.exif?.toString('latin1')).toContain('somebody')
    const within = { resize: { width: 32, height: 32 }, isWhole: true, format: 'jpeg' } as const
    const whole = await decoder.convert(photo, within)
    expect(readImageHeader(whole)).toMatchObject({ width: 16, height: 32 })
  })
})

test('whiteMask makes transparent white and opaque black, blackMask the other way', async () => {
  const hole = await clear(1).resize(20, 40).png().toBuffer()
  const mask = await clear(1)
    .composite([{ input: hole, left: 0, top: 0, blend: 'dest-out' }])
    .png()
    .toBuffer()
  const masks = [mask, await sharp(mask).webp({ lossless: true }).toBuffer()]
  for (const bytes of masks) {
    const white = await decoder.whiteMask(bytes)
    const header = { format: 'png', width: 40, height: 40, hasAlpha: false, frames: 1 }
    expect(checkStructure(white)).toEqual({ ok: true, header })
    expect((await pixelOf(white, 5, 20))[0]).toBe(255)
    expect((await pixelOf(white, 35, 20))[0]).toBe(0)
    expect((await sharp(white).metadata()).channels).toBe(1)
    const black = await decoder.blackMask(bytes)
    expect(checkStructure(black)).toEqual({ ok: true, header })
    expect((await pixelOf(black, 5, 20))[0]).toBe(0)
    expect((await pixelOf(black, 35, 20))[0]).toBe(255)
    expect((await sharp(black).metadata()).channels).toBe(1)
  }
  const opaque = await decoder.whiteMask(await scene(8, 8).jpeg().toBuffer())
  expect((await pixelOf(opaque, 4, 4))[0]).toBe(0)
})

describe('the input', () => {
  const picture = scene(64, 64).png().toBuffer()

  test('is not changed and may be part of a larger buffer', async () => {
    const bytes = await picture
    const large = Buffer.concat([Buffer.alloc(100), bytes, Buffer.alloc(100)])
    const part = large.subarray(100, 100 + bytes.length)
    await decoder.grey(part)
    await decoder.convert(part, { format: 'jpeg' })
    expect(Buffer.compare(part, bytes)).toBe(0)
  })

  test.each<[string, () => Promise<Uint8Array>]>([
    ['nothing', async () => Buffer.alloc(0)],
    ['text', async () => Buffer.from('no picture')],
    ['SVG', async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['GIF', async () => scene(8, 8).gif().toBuffer()],
    ['TIFF', async () => scene(8, 8).tiff().toBuffer()],
    ['a cut picture', async () => (await picture).subarray(0, 200)],
    ['a picture with a broken middle', async () => (await picture).fill(0, 60, 120)],
    ['a bomb', async () => bomb()],
  ])('%s is refused, and the next one is fine', async (_title, make) => {
    const bytes = await make()
    await expect(decoder.grey(bytes)).rejects.toThrow()
    await expect(decoder.convert(bytes, { format: 'png' })).rejects.toThrow()
    expect((await decoder.grey(await scene(9, 9).png().toBuffer())).width).toBe(9)
  })

  /** 30,000 by 30,000 pixels, as its header says. */
  async function bomb(): Promise<Uint8Array> {
    const bytes = await scene(64, 64).png().toBuffer()
    bytes.writeUInt32BE(30_000, 16)
    bytes.writeUInt32BE(30_000, 20)
    return bytes
  }
})

describe('limits', () => {
  test('a picture that takes too long is given up; the next one is fine', async () => {
    const large = await scene(3_000, 3_000).png().toBuffer()
    const hurried = createSharpDecoder({ timeLimitMs: 1 })
    await expect(hurried.grey(large)).rejects.toThrow('more than 1 ms')
    await hurried.close()
    expect((await decoder.grey(large)).width).toBe(64)
  })

  test('more pictures than may wait are refused at once; all others are done', async () => {
    const small = createSharpDecoder({ threads: 1, maxQueue: 2 })
    const bytes = await scene(64, 64).png().toBuffer()
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => small.grey(bytes)))
    const done = results.map(({ status }) => status === 'fulfilled')
    expect(done).toEqual([true, true, true, ...Array<boolean>(7).fill(false)])
    await small.close()
  })

  test('a picture that is given up does not keep back those behind it', async () => {
    const one = createSharpDecoder({ threads: 1, timeLimitMs: 1_500 })
    const large = await scene(7_000, 7_000).png({ compressionLevel: 1 }).toBuffer()
    const small = await scene(64, 64).png().toBuffer()
    const slow = one.convert(large, { format: 'webp' })
    await expect(slow).rejects.toThrow('more than 1500 ms')
    expect((await one.grey(small)).width).toBe(64)
    await one.close()
  })

  test('nothing starts until it is needed, and closing twice is no error', async () => {
    const unused = createSharpDecoder()
    await unused.close()
    await unused.close()
    await expect(unused.grey(await scene(8, 8).png().toBuffer())).rejects.toThrow()
  })
})

describe('pad', () => {
  const margins = { left: 10, right: 0, top: 4, bottom: 6 }

  test('repeats the edge of the picture, and masks what was added', async () => {
    const bytes = await scene(40, 20).jpeg({ quality: 100 }).toBuffer()
    const { image, mask } = await decoder.pad(bytes, margins)
    const size = { format: 'png', width: 50, height: 30 }
    expect(readImageHeader(image)).toMatchObject({ ...size, hasAlpha: false })
    expect(readImageHeader(mask)).toMatchObject({ ...size, hasAlpha: true })
    const [red = 0, , blue = 255] = await pixelOf(image, 0, 0)
    expect([red > 240, blue < 15]).toEqual([true, true])
    const alphas = await Promise.all(
      [
        [9, 15] as const,
        [10, 3] as const,
        [10, 4] as const,
        [49, 23] as const,
        [49, 24] as const,
      ].map(async ([x, y]) => (await pixelOf(mask, x, y))[3]),
    )
    expect(alphas).toEqual([0, 0, 255, 255, 0])
  })

  test('what was transparent becomes white, not part of the margins', async () => {
    const { image, mask } = await decoder.pad(await clear(0).png().toBuffer(), margins)
    expect(await pixelOf(image, 20, 20)).toEqual([255, 255, 255])
    expect((await pixelOf(mask, 20, 20))[3]).toBe(255)
  })
})

describe('coverage', () => {
  const hole = (left: number, top: number, width: number, height: number) =>
    clear(1)
      .composite([
        {
          input: { create: { width, height, channels: 4, background: '#ffffff' } },
          left,
          top,
          blend: 'dest-out',
        },
      ])
      .png()
      .toBuffer()

  test.each([
    [4, 8, 10, 20, { width: 10, height: 20, share: 0.125 }],
    [39, 39, 1, 1, { width: 1, height: 1, share: 1 / 1600 }],
    [0, 0, 40, 40, { width: 40, height: 40, share: 1 }],
  ])('a hole at %i,%i of %ix%i', async (left, top, width, height, expected) => {
    expect(await decoder.coverage(await hole(left, top, width, height))).toEqual(expected)
  })

  test('a mask that marks nothing', async () => {
    const nothing = { width: 0, height: 0, share: 0 }
    expect(await decoder.coverage(await clear(1).png().toBuffer())).toEqual(nothing)
    expect(await decoder.coverage(await scene(8, 8).jpeg().toBuffer())).toEqual(nothing)
  })
})
