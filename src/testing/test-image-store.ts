import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ImageStore } from '../ports/image-store.ts'

/** A store made for one test, and how to get rid of it. */
export interface ImageStoreStand {
  readonly store: ImageStore
  close(): Promise<void>
}

/** Names that are no digests; most of them would leave the store if they became part of a path. */
const foreignNames = [
  '',
  '.',
  '..',
  '../../etc/passwd',
  '/etc/passwd',
  '..\\..\\windows\\win.ini',
  'C:\\x',
  `${'a'.repeat(64)}/../../x`,
  `../${'a'.repeat(61)}`,
  `${'a'.repeat(63)}/`,
  'a'.repeat(63),
  'a'.repeat(65),
  'A'.repeat(64),
  `${'a'.repeat(64)}\n`,
  `${'a'.repeat(32)}\0${'a'.repeat(31)}`,
  `${'a'.repeat(60)}%2e%2`,
  `${'ａ'.repeat(64)}`,
]

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const picture = (size: number, seed = 1): Buffer =>
  Buffer.from(Array.from({ length: size }, (_, index) => (index * seed * 31 + seed) % 251))

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

/**
 * What every image store promises. Call it at the top of a test file.
 * @param make makes an empty store for each test
 */
export function testImageStore(name: string, make: () => Promise<ImageStoreStand>): void {
  describe(`the image store ${name}`, () => {
    let stand: ImageStoreStand
    beforeEach(async () => {
      stand = await make()
    })
    afterEach(() => stand.close())

    describe('keeps', () => testKeeping(() => stand.store))
    describe('hands out', () => testReading(() => stand.store))
    describe('takes uploads', () => testUploads(() => stand.store))
    describe('refuses the name', () => testNames(() => stand.store))
  })
}

function testKeeping(store: () => ImageStore): void {
  const bytes = picture(100_000)
  const digest = digestOf(bytes)

  test.each([0, 1, 20_000, 1_500_000])('%i bytes as they are', async (size) => {
    const content = picture(size)
    await store().put(digestOf(content), content)
    const stored = await store().get(digestOf(content))
    expect(Buffer.compare(stored ?? Buffer.from('nothing'), content)).toBe(0)
    expect(await store().size(digestOf(content))).toBe(size)
  })

  test('nothing under a digest that was never stored', async () => {
    expect(await store().get(digest)).toBe(undefined)
    expect(await store().size(digest)).toBe(undefined)
    await expect(collect(store().read(digest, { start: 0, end: 9 }))).rejects.toThrow()
  })

  test('what was stored when the same is stored again, one by one or at once', async () => {
    await store().put(digest, bytes)
    await store().put(digest, bytes)
    await Promise.all(Array.from({ length: 8 }, () => store().put(digest, bytes)))
    expect(await store().get(digest)).toEqual(bytes)
  })

  test('the part of a buffer that it was given, whatever becomes of the buffer', async () => {
    const large = Buffer.concat([Buffer.alloc(10), bytes, Buffer.alloc(10)])
    await store().put(digest, large.subarray(10, 10 + bytes.length))
    large.fill(0)
    expect(await store().get(digest)).toEqual(bytes)
  })

  test('many pictures at once', async () => {
    const pictures = Array.from({ length: 20 }, (_, index) => picture(5_000, index + 2))
    await Promise.all(pictures.map((one) => store().put(digestOf(one), one)))
    const stored = await Promise.all(pictures.map((one) => store().get(digestOf(one))))
    expect(stored).toEqual(pictures)
  })

  test('nothing that was removed; removing twice is no error', async () => {
    await store().put(digest, bytes)
    await store().remove(digest)
    await store().remove(digest)
    expect(await store().get(digest)).toBe(undefined)
    await store().put(digest, bytes)
    expect(await store().get(digest)).toEqual(bytes)
  })

  test('ready when it can write', async () => {
    await store().check()
    await store().check()
  })
}

function testReading(store: () => ImageStore): void {
  const bytes = picture(100_000, 5)
  const digest = digestOf(bytes)

  test.each<[number, number]>([
    [0, 0],
    [0, 99_999],
    [99_999, 99_999],
    [1_000, 50_000],
  ])('the range from %i to %i', async (start, end) => {
    await store().put(digest, bytes)
    const part = await collect(store().read(digest, { start, end }))
    expect(Buffer.compare(part, bytes.subarray(start, end + 1))).toBe(0)
  })

  test('a large range, and lets go of it in the middle', async () => {
    const large = picture(1_000_000)
    await store().put(digestOf(large), large)
    const whole = await collect(store().read(digestOf(large), { start: 1, end: 999_999 }))
    expect(Buffer.compare(whole, large.subarray(1))).toBe(0)
    for await (const piece of store().read(digestOf(large), { start: 0, end: 999_999 })) {
      expect(piece.length).toBeGreaterThan(0)
      break
    }
  })

  test('no range beyond the end', async () => {
    await store().put(digest, bytes)
    await expect(collect(store().read(digest, { start: 0, end: 100_000 }))).rejects.toThrow()
  })
}

function testUploads(store: () => ImageStore): void {
  const bytes = picture(100_000, 3)
  const digest = digestOf(bytes)

  test.each([1_000, 65_536, 100_000])('in pieces of %i bytes', async (size) => {
    const stored = await store().putStream(inPieces(bytes, size), 100_000)
    expect(stored).toEqual({ digest, byteLength: 100_000 })
    expect(await store().get(digest)).toEqual(bytes)
  })

  test('of what is here already', async () => {
    await store().put(digest, bytes)
    await store().putStream(inPieces(bytes, 9_999), 100_000)
    expect(await store().get(digest)).toEqual(bytes)
  })

  test('up to the limit and no byte more', async () => {
    const upload = store().putStream(inPieces(bytes, 1_000), 99_999)
    await expect(upload).rejects.toMatchObject({ storeLimit: { maxBytes: 99_999 } })
    expect(await store().size(digest)).toBe(undefined)
  })

  test('that break off, without keeping anything', async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 50_000)
      throw new Error('the client has gone')
    }
    await expect(store().putStream(breaking(), 100_000)).rejects.toThrow('the client has gone')
    expect(await store().size(digestOf(bytes.subarray(0, 50_000)))).toBe(undefined)
  })
}

function testNames(store: () => ImageStore): void {
  test.each(foreignNames)('%j', async (name) => {
    const range = { start: 0, end: 0 }
    await expect(store().put(name, Buffer.from('x'))).rejects.toThrow(RangeError)
    await expect(store().get(name)).rejects.toThrow(RangeError)
    await expect(store().size(name)).rejects.toThrow(RangeError)
    await expect(store().remove(name)).rejects.toThrow(RangeError)
    await expect(collect(store().read(name, range))).rejects.toThrow(RangeError)
  })
}
