import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { JsonImageScanner, type ScannedJson } from './json-image-scanner.ts'

const bytes = Buffer.from([0, 1, 2, 250, 251, 252, 253, 254, 255, 62, 63, 248])
const base64 = bytes.toString('base64')
const digest = createHash('sha256').update(bytes).digest('hex')

interface Scan {
  readonly cut?: number
  readonly maxBytes?: number
  readonly expectedLength?: number
  readonly imageFields?: readonly string[]
}

/** Feeds a text in pieces of `cut` bytes. */
function scan(text: string | Buffer, options: Scan = {}): ScannedJson {
  const { cut = 1_000_000, maxBytes = 1_000_000, imageFields = ['b64_json', 'image'] } = options
  const { expectedLength } = options
  const scanner = new JsonImageScanner({ imageFields, maxBytes, expectedLength })
  const body = Buffer.from(text)
  for (let at = 0; at < body.length; at += cut) scanner.feed(body.subarray(at, at + cut))
  return scanner.end()
}

const failsWith = (kind: string): object => expect.objectContaining({ kind })

describe('a picture', () => {
  test.each<[string, string]>([
    ['plain', `{"b64_json":"${base64}"}`],
    ['with spaces around the colon', `{"b64_json" \n:\t "${base64}" }`],
    ['without padding', `{"b64_json":"${base64.replaceAll('=', '')}"}`],
    ['of the URL-safe alphabet', `{"b64_json":"${bytes.toString('base64url')}"}`],
    ['with escaped slashes', `{"b64_json":"${base64.replaceAll('/', '\\/')}"}`],
    ['with numbered escapes', `{"b64_json":"${base64.replaceAll('+', '\\u002b')}"}`],
    ['with line breaks', `{"b64_json":"${base64.replace(/(.{8})/g, '$1\\r\\n')}"}`],
    ['in a data URL', `{"b64_json":"data:image/png;base64,${base64}"}`],
    ['in an escaped data URL', `{"b64_json":"DATA:image\\/png;charset=x;base64,${base64}"}`],
    ['under an escaped name', `{"b64\\u005fjson":"${base64}"}`],
  ])('%s is decoded, however the text is cut', (_title, text) => {
    for (let cut = 1; cut <= text.length; cut += 1) {
      const { json, images } = scan(text, { cut })
      expect(json).toEqual({ b64_json: { keeprate_image: 0 } })
      expect(images).toEqual([{ bytes, digest }])
    }
  })

  test('is found at any depth and next to anything', () => {
    const one = Buffer.from('one').toString('base64')
    const text = `[{"a":[{"image":"${one}","text":"say \\"image\\":\\\\"}]},{"image":"${base64}"}]`
    for (const cut of [1, 2, 3, 7, 1_000]) {
      const { json, images } = scan(text, { cut })
      expect(json).toEqual([
        { a: [{ image: { keeprate_image: 0 }, text: 'say "image":\\' }] },
        { image: { keeprate_image: 1 } },
      ])
      expect(images.map((image) => Buffer.from(image.bytes).toString('latin1'))).toEqual([
        'one',
        bytes.toString('latin1'),
      ])
    }
  })

  test('may be larger than announced, or smaller', () => {
    const large = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7_919) % 251))
    const plain = JSON.stringify({ image: large.toString('base64'), b64_json: base64 })
    for (const text of [plain, plain.replaceAll('/', '\\/')]) {
      for (const expectedLength of [undefined, 0, 10, text.length, 100_000_000]) {
        const options = expectedLength === undefined ? {} : { expectedLength }
        const { images } = scan(text, { cut: 65_536, ...options })
        expect(Buffer.compare(images[0]?.bytes ?? Buffer.alloc(0), large)).toBe(0)
        expect(images[0]?.digest).toBe(createHash('sha256').update(large).digest('hex'))
        expect(images[1]).toEqual({ bytes, digest })
      }
    }
  })
})

describe('a list of pictures, asked for by name and brackets', () => {
  const imageFields = ['images[]']

  test.each<[string, string]>([
    ['two', `{"images":["${base64}" , "${base64}"],"n":2}`],
    ['spread over lines', `{"images" : [\n "${base64}",\n\t"${base64}"\n]\n,"n":2}`],
  ])('%s', (_title, text) => {
    for (let cut = 1; cut <= text.length; cut += 1) {
      const { json, images } = scan(text, { cut, imageFields })
      expect(json).toEqual({ images: [{ keeprate_image: 0 }, { keeprate_image: 1 }], n: 2 })
      expect(images).toEqual([
        { bytes, digest },
        { bytes, digest },
      ])
    }
  })

  test.each<[string]>([
    ['{"images":[]}'],
    ['{"images":[[],null,"x"],"y":["z"]}'],
    ['{"images":"no list"}'],
    ['{"other":["x"],"images":{"a":["b"]}}'],
    ['{"images":[{"images":7}]}'],
  ])('what is no list of texts stays: %s', (text) => {
    for (let cut = 1; cut <= text.length; cut += 1) {
      expect(scan(text, { cut, imageFields })).toEqual({ json: JSON.parse(text), images: [] })
    }
  })
})

describe('what is no picture stays', () => {
  test.each<[string]>([
    ['{"b64_json":null,"url":"https://example.com/a.png"}'],
    ['{"b64_json":"","image":[]}'],
    ['{"b64_json":{"image":1},"image":["AAAA"]}'],
    ['["b64_json","image"]'],
    ['{"value":"b64_json","other":"image"}'],
    ['{"b64_json ":"not base64!"}'],
    ['{"text":"é ü \\ud83d\\ude00 \\"quoted\\" \\\\","n":1e3}'],
    ['  [1, true, null] \n'],
    ['"b64_json"'],
  ])('%s', (text) => {
    for (let cut = 1; cut <= text.length; cut += 1) {
      expect(scan(text, { cut })).toEqual({ json: JSON.parse(text), images: [] })
    }
  })

  test('a byte order mark is skipped', () => {
    expect(scan('\ufeff{"a":1}').json).toEqual({ a: 1 })
  })

  test('without image fields everything is text', () => {
    const text = JSON.stringify({ b64_json: base64 })
    expect(scan(text, { imageFields: [] })).toEqual({ json: JSON.parse(text), images: [] })
  })

  test('an empty body has no JSON', () => {
    expect(scan('')).toEqual({ json: undefined, images: [] })
  })
})

describe('a hostile text', () => {
  const long = 'A'.repeat(10_000)
  test.each<[string, string, string, Scan?]>([
    ['words instead of base64', '{"b64_json":"no picture today"}', 'bad_body'],
    ['a link instead of base64', '{"b64_json":"https://example.com/a.png"}', 'bad_body'],
    ['one wrong character far inside', `{"b64_json":"${long}!${long}AAA"}`, 'bad_body'],
    ['padding inside', `{"b64_json":"${long}AA==${long}"}`, 'bad_body'],
    ['an impossible length', '{"b64_json":"AAAAA"}', 'bad_body'],
    ['a wrong escape', '{"b64_json":"AAAA\\x"}', 'bad_body'],
    ['an escaped quote', '{"b64_json":"AAAA\\"AAAA"}', 'bad_body'],
    ['non-ASCII', '{"b64_json":"AAAé"}', 'bad_body'],
    ['only a padding', '{"b64_json":"="}', 'bad_body'],
    ['only line breaks', '{"b64_json":"\\n\\n"}', 'bad_body'],
    ['a data URL without a comma', `{"b64_json":"data:image/png;base64${long}"}`, 'bad_body'],
    ['a data URL without base64', '{"b64_json":"data:image/svg+xml,<svg/>"}', 'bad_body'],
    ['an empty data URL', '{"b64_json":"data:image/png;base64,"}', 'bad_body'],
    ['a text that ends inside a picture', '{"b64_json":"AAAA', 'bad_body'],
    ['a text that ends early', '{"a":', 'bad_body'],
    ['two texts', '{"a":1}{"b":2}', 'bad_body'],
    ['HTML', '<html>"image"</html>', 'bad_body'],
    ['a placeholder of its own', '{"a":{"keeprate_image":0}}', 'bad_body'],
    ['a placeholder in disguise', '{"a":{"keeprate\\u005fimage":0}}', 'bad_body'],
    ['a picture that is too large', `{"b64_json":"${long}"}`, 'too_large', { maxBytes: 7_499 }],
    ['an endless rest', `{"a":"${'x'.repeat(4_200_000)}"}`, 'too_large', { cut: 65_536 }],
  ])('with %s is refused', (_title, text, kind, options = {}) => {
    expect(() => scan(text, options)).toThrow(failsWith(kind))
    if (text.length < 100) expect(() => scan(text, { cut: 1 })).toThrow(failsWith(kind))
  })

  test('pictures are counted together', () => {
    const text = `[{"image":"${base64}"},{"image":"${base64}"}]`
    expect(scan(text, { maxBytes: 24 }).images).toHaveLength(2)
    expect(() => scan(text, { maxBytes: 23 })).toThrow(failsWith('too_large'))
  })

  test('many backslashes and quotes cost no more than their length', () => {
    const text = JSON.stringify({ a: '\\"'.repeat(400_000) })
    expect(scan(text, { cut: 65_536 }).json).toEqual(JSON.parse(text))
  })
})

describe('whatever the text and its cuts', () => {
  const arbitrary = fc.jsonValue({ maxDepth: 4, noUnicodeString: false })

  test('JSON without image fields comes out as JSON.parse has it', () => {
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 1, max: 40 }), fc.boolean(), (value, cut, wide) => {
        const text = JSON.stringify(value, null, wide ? 2 : 0)
        expect(scan(text, { cut }).json).toEqual(JSON.parse(text))
      }),
      { numRuns: 500 },
    )
  })

  test('pictures come out byte by byte, the rest as it was', () => {
    const pictures = fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { maxLength: 4 })
    fc.assert(
      fc.property(pictures, arbitrary, fc.integer({ min: 1, max: 300 }), (list, other, cut) => {
        const data = list.map((picture) => ({ b64_json: Buffer.from(picture).toString('base64') }))
        const { json, images } = scan(JSON.stringify({ other, data, more: other }), { cut })
        expect(images.map((image) => [...image.bytes])).toEqual(list.map((one) => [...one]))
        expect(json).toEqual(
          JSON.parse(
            JSON.stringify({
              other,
              data: list.map((_, index) => ({ b64_json: { keeprate_image: index } })),
              more: other,
            }),
          ),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('what Node would decode in part is taken whole or not at all', () => {
    const characters = fc.constantFrom(...'AQgw+/-_=\n !é')
    const texts = fc.string({ unit: characters, minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 200 }), (text, cut) => {
        const isBase64 = /^[\w+/-]+={0,2}$/.test(text.replaceAll('\n', ''))
        try {
          const { images } = scan(JSON.stringify({ image: text }), { cut })
          expect(isBase64).toBe(true)
          expect(images[0]?.bytes).toEqual(Buffer.from(text, 'base64'))
        } catch (error) {
          expect(error).toMatchObject({ kind: 'bad_body' })
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
