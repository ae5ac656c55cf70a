import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { checkStructure, readImageHeader } from './image-header.ts'
import { sniff } from './sniff.ts'

/** Pictures of 5×3 pixels, encoded by libvips 8.18. */
const samples = {
  baselineJpeg:
    '/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMC' +
    'UoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo' +
    'KCgoKCj/wAARCAADAAUDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEAAAAAAAAAAAAAAAAAAA' +
    'AA/8QAFAEBAAAAAAAAAAAAAAAAAAAABv/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/AIwBE7f/2Q==',
  progressiveJpeg:
    '/9j/2wBDAAYEBQYFBAYGBQYHBwYIChAKCgkJChQODwwQFxQYGBcUFhYaHSUfGhsjHBYWICwgIyYnKSopGR8tMC0oMC' +
    'UoKSj/2wBDAQcHBwoIChMKChMoGhYaKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgo' +
    'KCgoKCj/wgARCAADAAUDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAP/xAAUAQEAAAAAAAAAAAAAAAAAAA' +
    'AF/9oADAMBAAIQAxAAAAGIId//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAEFAn//xAAUEQEAAAAAAAAAAAAA' +
    'AAAAAAAA/9oACAEDAQE/AX//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAECAQE/AX//xAAUEAEAAAAAAAAAAAAAAA' +
    'AAAAAA/9oACAEBAAY/An//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAE/IX//2gAMAwEAAgADAAAAEAf/xAAU' +
    'EQEAAAAAAAAAAAAAAAAAAAAA/9oACAEDAQE/EH//xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oACAECAQE/EH//xAAUEA' +
    'EAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAE/EH//2Q==',
  lossyWebp:
    'UklGRjoAAABXRUJQVlA4IC4AAADwAQCdASoFAAMAAUAmJaACdLoB+AAEgwAA/t+AP/MEr8g3ah/9CT8En4JP3AAA',
  lossyAlphaWebp:
    'UklGRkgAAABXRUJQVlA4WAoAAAAQAAAABAAAAgAAQUxQSAoAAAABB1DAiAhERP8DVlA4IBgAAAAwAQCdASoFAAMAAU' +
    'AmJaQAA3AA/v0gUAA=',
  losslessWebp: 'UklGRh4AAABXRUJQVlA4TBEAAAAvBIAAAAdQsAIXpv+BiOh/AAA=',
  losslessAlphaWebp: 'UklGRiAAAABXRUJQVlA4TBQAAAAvBIAAEAdQgVQIIAAKmgLGiIj+Bw==',
  png:
    'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAIAAADUVFKvAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAEElEQVQImWM4kG' +
    'CAjBgI8AHhLxOxxgQGIAAAAABJRU5ErkJggg==',
  alphaPng:
    'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAYAAABbNsX4AAAACXBIWXMAAAPoAAAD6AG1e1JrAAAAEklEQVQImWNgZG' +
    'JuQMcMRAsCAOxhB9u9YggXAAAAAElFTkSuQmCC',
  transparentPalettePng:
    'iVBORw0KGgoAAAANSUhEUgAAAAUAAAADCAMAAABs6DXKAAAAA1BMVEUBAgMNh2TVAAAAAXRSTlOArV5bRgAAAAlwSF' +
    'lzAAAD6AAAA+gBtXtSawAAAAtJREFUCJljYEAHAAASAAFv+mO3AAAAAElFTkSuQmCC',
} as const
type Sample = keyof typeof samples
const names = Object.keys(samples) as Sample[]
const sample = (name: Sample): Buffer => Buffer.from(samples[name], 'base64')

const pngChunk = (type: string, data: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([length, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)])
}
const pngHead = (width: number, height: number, colourType = 2, depth = 8): Buffer => {
  const data = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, colourType, 0, 0, 0])
  data.writeUInt32BE(width, 0)
  data.writeUInt32BE(height, 4)
  return Buffer.concat([sample('png').subarray(0, 8), pngChunk('IHDR', data)])
}
const pixels = pngChunk('IDAT', Buffer.from([1, 2, 3]))
const trailer = pngChunk('IEND', Buffer.alloc(0))

const webpChunk = (type: string, data: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(data.length)
  return Buffer.concat([Buffer.from(type), length, data, Buffer.alloc(data.length % 2)])
}
const webp = (...chunks: readonly Buffer[]): Buffer => {
  const body = Buffer.concat([Buffer.from('WEBP'), ...chunks])
  return webpChunk('RIFF', body)
}
const canvas = (flags: number, width = 5, height = 3): Buffer => {
  const sizes = [width - 1, 0, 0, height - 1, 0, 0]
  return webpChunk('VP8X', Buffer.from([flags, 0, 0, 0, ...sizes]))
}
const picture = (): Buffer => sample('lossyWebp').subarray(12)
const frame = webpChunk('ANMF', Buffer.alloc(24))

/** The picture with `replacement` written over the bytes at `at`. */
const patched = (name: Sample, at: number, ...replacement: readonly number[]): Buffer => {
  const bytes = sample(name)
  bytes.set(replacement, at)
  return bytes
}
const frameHeaderAt = sample('baselineJpeg').indexOf(Buffer.from([0xff, 0xc0]))

describe('a sound picture', () => {
  test.each<[Sample, string, boolean]>([
    ['baselineJpeg', 'jpeg', false],
    ['progressiveJpeg', 'jpeg', false],
    ['lossyWebp', 'webp', false],
    ['lossyAlphaWebp', 'webp', true],
    ['losslessWebp', 'webp', false],
    ['losslessAlphaWebp', 'webp', true],
    ['png', 'png', false],
    ['alphaPng', 'png', true],
    ['transparentPalettePng', 'png', true],
  ])('%s is a complete %s, alpha %s', (name, format, hasAlpha) => {
    const header = { format, width: 5, height: 3, hasAlpha, frames: 1 }
    expect(checkStructure(sample(name))).toEqual({ ok: true, header })
    expect(readImageHeader(sample(name))).toEqual(header)
    expect(sniff(sample(name))).toBe(format)
  })

  test.each(names)('%s may be followed by a few other bytes', (name) => {
    const bytes = Buffer.concat([sample(name), Buffer.alloc(64, 0x20)])
    expect(checkStructure(bytes).ok).toBe(true)
  })

  test('the header is read from the first bytes alone', () => {
    expect(readImageHeader(sample('png').subarray(0, 33))).toMatchObject({ width: 5, height: 3 })
    expect(readImageHeader(sample('lossyWebp').subarray(0, 30))).toMatchObject({ width: 5 })
    expect(readImageHeader(sample('baselineJpeg').subarray(0, 200))).toMatchObject({ width: 5 })
  })

  test('a fill byte before a JPEG marker is skipped', () => {
    const bytes = sample('baselineJpeg')
    const filled = Buffer.concat([bytes.subarray(0, 2), Buffer.from([0xff]), bytes.subarray(2)])
    expect(checkStructure(filled).ok).toBe(true)
  })

  test('a WebP animation of one picture counts as one picture', () => {
    expect(checkStructure(webp(canvas(2), frame))).toMatchObject({ ok: true })
  })
})

describe('a refused picture', () => {
  test.each<[string, Buffer, string]>([
    ['no bytes', Buffer.alloc(0), 'not_an_image'],
    ['text', Buffer.from('not a picture'), 'not_an_image'],
    ['a GIF', Buffer.from('GIF89a\x01\0\x01\0'), 'not_an_image'],
    ['a PNG without a header', sample('png').subarray(0, 8), 'truncated'],
    ['a PNG that does not begin with IHDR', patched('png', 12, 0x4a), 'malformed'],
    ['a PNG of width 0', Buffer.concat([pngHead(0, 3), pixels, trailer]), 'malformed'],
    ['a PNG of height 0', Buffer.concat([pngHead(5, 0), pixels, trailer]), 'malformed'],
    ['a PNG too wide', Buffer.concat([pngHead(16_385, 1), pixels, trailer]), 'malformed'],
    ['a PNG bomb', Buffer.concat([pngHead(30_000, 30_000), pixels, trailer]), 'malformed'],
    ['a PNG of 51 Mpx', Buffer.concat([pngHead(10_000, 5_100), pixels, trailer]), 'malformed'],
    ['a PNG of unknown colours', Buffer.concat([pngHead(5, 3, 5), pixels, trailer]), 'malformed'],
    ['a PNG of odd depth', Buffer.concat([pngHead(5, 3, 2, 4), pixels, trailer]), 'malformed'],
    ['a PNG without data', Buffer.concat([pngHead(5, 3), trailer]), 'malformed'],
    ['a PNG without palette', Buffer.concat([pngHead(5, 3, 3), pixels, trailer]), 'malformed'],
    ['a PNG without trailer', Buffer.concat([pngHead(5, 3), pixels]), 'truncated'],
    ['a PNG with a chunk type of rubbish', patched('png', 37, 0x00), 'malformed'],
    ['a PNG chunk longer than a chunk can be', patched('png', 33, 0xff), 'malformed'],
    ['a PNG chunk longer than the file', patched('png', 33, 0x01), 'truncated'],
    [
      'a PNG with a second header',
      Buffer.concat([pngHead(5, 3), pngHead(5, 3).subarray(8), pixels, trailer]),
      'malformed',
    ],
    [
      'a PNG of endless chunks',
      Buffer.concat([
        pngHead(5, 3),
        ...Array<Buffer>(10_001).fill(pngChunk('tEXt', Buffer.alloc(1))),
        pixels,
        trailer,
      ]),
      'malformed',
    ],
    [
      'an animated PNG',
      Buffer.concat([
        pngHead(5, 3),
        pngChunk('acTL', Buffer.from([0, 0, 0, 2, 0, 0, 0, 0])),
        pixels,
        trailer,
      ]),
      'animated',
    ],
    ['a JPEG of height 0', patched('baselineJpeg', frameHeaderAt + 5, 0, 0), 'malformed'],
    ['a JPEG too high', patched('baselineJpeg', frameHeaderAt + 5, 0xff, 0xff), 'malformed'],
    ['a JPEG of 12 bits', patched('baselineJpeg', frameHeaderAt + 4, 12), 'malformed'],
    ['a lossless JPEG', patched('baselineJpeg', frameHeaderAt + 1, 0xc3), 'malformed'],
    ['a JPEG segment of length 1', patched('baselineJpeg', 4, 0, 1), 'malformed'],
    ['a JPEG segment beyond the end', patched('baselineJpeg', 4, 0xff, 0xff), 'truncated'],
    ['a JPEG of fill bytes', Buffer.from([0xff, 0xd8, ...Array(20_000).fill(0xff)]), 'malformed'],
    ['a JPEG that ends before its scan', sample('baselineJpeg').subarray(0, 180), 'truncated'],
    ['a JPEG of an end', Buffer.from([0xff, 0xd8, 0xff, 0xd9, 0xff, 0xd9]), 'malformed'],
    [
      'a JPEG with an end far from the end',
      Buffer.concat([sample('baselineJpeg'), Buffer.alloc(2_000)]),
      'truncated',
    ],
    ['a WebP longer than its file', sample('lossyWebp').subarray(0, 60), 'truncated'],
    ['a WebP without chunks', webp(), 'malformed'],
    ['a WebP of a foreign chunk', webp(webpChunk('JUNK', Buffer.alloc(4))), 'malformed'],
    ['a WebP of a canvas alone', webp(canvas(0)), 'malformed'],
    ['a WebP of another size than its canvas', webp(canvas(0, 6), picture()), 'malformed'],
    ['a WebP of two pictures', webp(picture(), picture()), 'malformed'],
    ['a WebP without its start code', patched('lossyWebp', 23, 0), 'malformed'],
    ['a lossless WebP of a later version', patched('losslessAlphaWebp', 24, 0x30), 'malformed'],
    ['an animated WebP', webp(canvas(2), frame, frame), 'animated'],
    ['an animated WebP without frames', webp(canvas(2)), 'malformed'],
  ])('%s', (_title, bytes, reason) => {
    expect(checkStructure(bytes)).toEqual({ ok: false, reason })
  })

  test('sizes beyond the limits are still read, so that a refusal can name them', () => {
    const bomb = Buffer.concat([pngHead(30_000, 30_000), pixels, trailer])
    expect(readImageHeader(bomb)).toMatchObject({ width: 30_000, height: 30_000 })
    expect(readImageHeader(webp(canvas(2), frame, frame))).toMatchObject({ frames: 2 })
  })
})

describe('sniff names what came instead of a picture', () => {
  test.each<[string, string | undefined]>([
    ['GIF89a', 'gif'],
    ['\0\0\0\x1cftypavif', 'avif'],
    ['\0\0\0\x1cftypheic', 'heic'],
    ['\0\0\0\x1cftypisom', undefined],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', 'svg'],
    ['<?xml version="1.0"?>\n<!-- drawn -->\n<svg>', 'svg'],
    ['\xef\xbb\xbf <!DOCTYPE html><html>', 'html'],
    ['<HTML><body>', 'html'],
    ['<note>', undefined],
    ['{"error":{}}', 'json'],
    ['plain words', undefined],
    ['', undefined],
  ])('%j is %s', (text, type) => {
    expect(sniff(Buffer.from(text, 'latin1'))).toBe(type)
  })
})

describe('whatever the bytes', () => {
  const anySample = fc.constantFrom(...names)

  test('a picture whose end is cut is never sound', () => {
    const cut = fc.tuple(anySample, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))
    fc.assert(
      fc.property(cut, ([name, share]) => {
        const bytes = sample(name)
        const report = checkStructure(bytes.subarray(0, Math.floor(bytes.length * share)))
        return !report.ok
      }),
      { numRuns: 2_000 },
    )
  })

  test('changed bytes never throw, and never pass with the end cut', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255))
    fc.assert(
      fc.property(anySample, fc.array(change, { minLength: 1, maxLength: 8 }), (name, changes) => {
        const bytes = sample(name)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const report = checkStructure(bytes)
        readImageHeader(bytes)
        sniff(bytes)
        if (report.ok) {
          expect(report.header.width * report.header.height).toBeLessThanOrEqual(50_000_000)
          expect(report.header.width * report.header.height).toBeGreaterThan(0)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  test('random bytes after a good beginning never throw', () => {
    fc.assert(
      fc.property(anySample, fc.nat(64), fc.uint8Array({ maxLength: 200 }), (name, keep, rest) => {
        const bytes = Buffer.concat([sample(name).subarray(0, keep), rest])
        checkStructure(bytes)
        readImageHeader(bytes)
      }),
      { numRuns: 3_000 },
    )
  })
})
