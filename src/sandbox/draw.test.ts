import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import type { Drawing } from '../providers/shared/emulator.ts'
import { draw } from './draw.ts'

const fox: Drawing = { prompt: 'a red fox', seed: 7, width: 320, height: 192, format: 'png' }

const digestOf = async (drawing: Drawing) =>
  createHash('sha256')
    .update(await draw(drawing))
    .digest('hex')

const pixelsOf = async (drawing: Drawing) =>
  await sharp(await draw(drawing))
    .raw()
    .toBuffer({ resolveWithObject: true })

describe('a drawing depends on its arguments alone', () => {
  const variants: readonly Partial<Drawing>[] = [
    {},
    { seed: 8 },
    { prompt: 'a blue fox' },
    { width: 192, height: 320 },
    { format: 'jpeg' },
    { format: 'webp' },
    { transparent: true },
    { coarseness: 1 },
    { coarseness: 2 },
    { coarseness: 3 },
    { blank: true },
    { blurred: true },
  ]

  test('the same arguments give the same bytes, any other gives others', async () => {
    const first = await Promise.all(variants.map((variant) => digestOf({ ...fox, ...variant })))
    const again = await Promise.all(variants.map((variant) => digestOf({ ...fox, ...variant })))
    expect(again).toEqual(first)
    expect(new Set(first).size).toBe(variants.length)
  })

  test('twenty seeds give twenty pictures', async () => {
    const digests = await Promise.all(
      Array.from({ length: 20 }, (_, seed) => digestOf({ ...fox, width: 96, height: 96, seed })),
    )
    expect(new Set(digests).size).toBe(20)
  })
})

describe('a drawing has the form asked for', () => {
  test.each([
    { width: 16, height: 16, format: 'png' },
    { width: 1024, height: 1536, format: 'webp' },
    { width: 3840, height: 2160, format: 'jpeg' },
    { width: 2048, height: 64, format: 'png' },
  ] as const)('$width x $height as $format', async (form) => {
    const metadata = await sharp(await draw({ ...fox, ...form })).metadata()
    expect(metadata).toMatchObject({ ...form, hasAlpha: false })
  })

  test.each([
    { width: 15, height: 64 },
    { width: 64.5, height: 64 },
    { width: 20_000, height: 64 },
    { width: 10_000, height: 10_000 },
  ])('$width x $height is refused', async (size) => {
    await expect(draw({ ...fox, ...size })).rejects.toThrow(RangeError)
  })

  test('a transparent one has a clear border and a full centre, where the format can', async () => {
    for (const format of ['png', 'webp'] as const) {
      const { data, info } = await pixelsOf({ ...fox, format, transparent: true })
      expect(info.channels).toBe(4)
      const centre = (96 * info.width + 160) * 4
      expect([data[3], data[(info.width - 1) * 4 + 3], data[centre + 3]]).toEqual([0, 0, 255])
      // The band that says SANDBOX ends before it.
      const lastRow = data.subarray((info.height - 1) * info.width * 4)
      expect(lastRow.some((value, at) => at % 4 === 3 && value > 0)).toBe(false)
    }
    const jpeg = await sharp(await draw({ ...fox, format: 'jpeg', transparent: true })).metadata()
    expect(jpeg.hasAlpha).toBe(false)
  })

  test('a blank one has a single colour', async () => {
    const { data } = await pixelsOf({ ...fox, blank: true })
    expect(new Set(data)).toEqual(new Set([0]))
  })

  test('a coarser preview has larger blocks', async () => {
    const changes = await Promise.all(
      [1, 2, 3].map(async (coarseness) => {
        const { data, info } = await pixelsOf({ ...fox, width: 512, height: 512, coarseness })
        const row = data.subarray(100 * info.width * 3, 101 * info.width * 3)
        return row.filter((value, index) => index >= 3 && value !== row[index - 3]).length
      }),
    )
    expect(changes[0]!).toBeGreaterThan(changes[1]!)
    expect(changes[1]!).toBeGreaterThan(changes[2]!)
  })

  test('a blurred one has no hard edge left', async () => {
    const steepest = async (drawing: Drawing) => {
      const { data } = await sharp(await draw(drawing))
        .greyscale()
        .raw()
        .toBuffer({ resolveWithObject: true })
      return data.reduce(
        (most, value, index) =>
          index % drawing.width === 0 ? most : Math.max(most, Math.abs(value - data[index - 1]!)),
        0,
      )
    }
    expect(await steepest(fox)).toBeGreaterThan(100)
    expect(await steepest({ ...fox, blurred: true })).toBeLessThan(40)
  })
})

test('the band at the lower edge of every picture is dark and bears light letters', async () => {
  for (const size of [
    { width: 64, height: 64 },
    { width: 640, height: 480 },
  ]) {
    const { data, info } = await pixelsOf({ ...fox, ...size })
    const lastRow = data.subarray((info.height - 1) * info.width * 3)
    expect(Math.max(...lastRow)).toBeLessThan(90)
    const band = data.subarray(Math.floor(info.height * 0.9) * info.width * 3)
    expect(Math.max(...band)).toBeGreaterThan(230)
  }
})

test('the words of the prompt are in the picture, accents and foreign letters too', async () => {
  const digests = await Promise.all(
    ['Caf\u00e9', 'Cafe', '\u65e5\u672c', '\u201cq\u201d \u2013 5%', ''].map(async (prompt) => {
      const { data } = await pixelsOf({ ...fox, prompt })
      return createHash('sha256').update(data).digest('hex')
    }),
  )
  expect(new Set(digests).size).toBe(5)
})
