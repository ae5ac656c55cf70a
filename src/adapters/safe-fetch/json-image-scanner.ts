import type { ImageBytes } from '../../ports/http-client.ts'
import { Base64Decoder } from './base64-decoder.ts'
import { ExchangeError } from './failure.ts'
import { ImageBuffer } from './image-buffer.ts'

/** Bounds of scanning one JSON text. */
export const scannerLimits = {
  /**
   * What is left without the pictures: usage, prompts, links. Listings of models stay below 1 MB.
   */
  maxRestBytes: 4 * 1024 * 1024,
  /** Longer member names are no names of image fields. */
  maxKeyCharacters: 256,
} as const

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const BRACKET = 0x5b
/** Behind the name of an image field: its value is a list of pictures. */
const LIST_MARK = '[]'
const FIRST_REST_BYTES = 4 * 1024
/** The member that stands for a picture; an answer that brings it itself could point anywhere. */
const PLACEHOLDER = 'keeprate_image'

/** Where in the text the scanner is. `afterColon` knows whether the member is an image field. */
type Place = 'between' | 'string' | 'afterString' | 'afterColon' | 'list' | 'picture'

/** A JSON text without its pictures, and the pictures. */
export interface ScannedJson {
  /** Parsed; undefined when the text was empty. */
  readonly json: unknown
  readonly images: readonly ImageBytes[]
}

/**
 * Reads JSON as it arrives, decodes the base64 strings of image fields on the way and keeps only
 * the small rest for `JSON.parse`. It looks at quotes, and at the colons after them; all else is
 * skipped by native searches, so a picture costs little more than its decoding and its digest.
 */
export class JsonImageScanner {
  readonly #fields: ReadonlySet<string>
  readonly #lists: ReadonlySet<string>
  readonly #buffer: ImageBuffer
  readonly #images: ImageBytes[] = []
  #decoder: Base64Decoder
  #place: Place = 'between'
  #isImageField = false
  #isImageList = false
  /** Whether the pictures that come are members of a list. */
  #isInList = false
  /** The string that may be a member's name: its start in earlier chunks, its range in this one. */
  #keyHead = ''
  #keyStart = 0
  #keyEnd = 0
  /** Whether the chunk before ended, inside a string, with an odd number of backslashes. */
  #isEscaped = false
  #rest = Buffer.allocUnsafe(FIRST_REST_BYTES)
  #restLength = 0

  constructor(settings: {
    readonly imageFields: readonly string[]
    readonly maxBytes: number
    /** Length of the text, if the sender announced it; a hint only. */
    readonly expectedLength?: number | undefined
  }) {
    const isList = (field: string): boolean => field.endsWith(LIST_MARK)
    const lists = settings.imageFields.filter(isList)
    this.#fields = new Set(settings.imageFields.filter((field) => !isList(field)))
    this.#lists = new Set(lists.map((field) => field.slice(0, -LIST_MARK.length)))
    const expected = Math.ceil(((settings.expectedLength ?? 0) * 3) / 4)
    this.#buffer = new ImageBuffer(settings.maxBytes, expected)
    this.#decoder = new Base64Decoder(this.#buffer)
  }

  /** Takes the next bytes. @throws ExchangeError `bad_body` or `too_large` */
  feed(chunk: Buffer): void {
    if (this.#fields.size + this.#lists.size === 0) {
      this.#keep(chunk, 0, chunk.length)
      return
    }
    let kept = 0
    let at = 0
    while (at < chunk.length) {
      if (this.#place === 'picture') {
        at = this.#readPicture(chunk, at)
        kept = at
        continue
      }
      at = this.#step(chunk, at)
      if (this.#isPicture()) {
        this.#keep(chunk, kept, at - 1)
        kept = at
      }
    }
    if (this.#isPicture()) return
    this.#keep(chunk, kept, chunk.length)
    this.#carryKey(chunk)
  }

  /** Ends the text. @throws ExchangeError `bad_body` when it was no JSON */
  end(): ScannedJson {
    const images = this.#images
    if (this.#isPicture()) throw new ExchangeError('bad_body', 'JSON that ends inside a picture')
    const text = this.#rest.toString('utf8', 0, this.#restLength).replace(/^\ufeff/, '')
    if (text === '') return { json: undefined, images }
    try {
      return { json: JSON.parse(text), images }
    } catch (cause) {
      throw new ExchangeError('bad_body', 'the answer is no JSON', { cause })
    }
  }

  #isPicture(): boolean {
    return this.#place === 'picture'
  }

  /** Goes on to the next place and returns where it begins. */
  #step(chunk: Buffer, at: number): number {
    switch (this.#place) {
      case 'between': {
        const quote = chunk.indexOf(QUOTE, at)
        return quote === -1 ? chunk.length : this.#beginString(quote + 1)
      }
      case 'string':
        return this.#readString(chunk, at)
      case 'afterString':
        return this.#readAfterString(chunk, at)
      case 'afterColon': {
        const next = skipSpace(chunk, at)
        if (next === chunk.length) return next
        this.#isInList = chunk[next] === BRACKET && this.#isImageList
        this.#place = this.#isInList ? 'list' : 'between'
        if (this.#isInList) return next + 1
        if (chunk[next] !== QUOTE) return next
        return this.#isImageField ? this.#beginPicture(next + 1) : this.#beginString(next + 1)
      }
      case 'list': {
        const next = skipSpace(chunk, at)
        if (next === chunk.length) return next
        if (chunk[next] === QUOTE) return this.#beginPicture(next + 1)
        // Whatever else stands in the list ends it, as far as pictures are concerned.
        if (chunk[next] !== COMMA) this.#place = 'between'
        return chunk[next] === COMMA ? next + 1 : next
      }
      case 'picture':
        return at
    }
  }

  #beginPicture(start: number): number {
    this.#place = 'picture'
    this.#decoder = new Base64Decoder(this.#buffer)
    return start
  }

  #beginString(start: number): number {
    this.#place = 'string'
    this.#keyHead = ''
    this.#keyStart = start
    this.#isEscaped = false
    return start
  }

  #readString(chunk: Buffer, at: number): number {
    let quote = chunk.indexOf(QUOTE, at)
    while (quote !== -1 && this.#hasOddBackslashes(chunk, at, quote)) {
      quote = chunk.indexOf(QUOTE, quote + 1)
    }
    if (quote === -1) {
      this.#isEscaped = this.#hasOddBackslashes(chunk, at, chunk.length)
      return chunk.length
    }
    this.#keyEnd = quote
    this.#place = 'afterString'
    return quote + 1
  }

  /** Whether the character at `end` is escaped; `start` is where this chunk's part begins. */
  #hasOddBackslashes(chunk: Buffer, start: number, end: number): boolean {
    let at = end
    while (at > start && chunk[at - 1] === BACKSLASH) at -= 1
    const isOdd = (end - at) % 2 === 1
    return at === start && this.#isEscaped ? !isOdd : isOdd
  }

  #readAfterString(chunk: Buffer, at: number): number {
    const next = skipSpace(chunk, at)
    if (next === chunk.length) return next
    if (chunk[next] !== COLON) {
      this.#place = 'between'
      return next
    }
    const key = this.#key(chunk)
    if (key === PLACEHOLDER) throw new ExchangeError('bad_body', `a member named ${PLACEHOLDER}`)
    this.#isImageField = this.#fields.has(key)
    this.#isImageList = this.#lists.has(key)
    this.#place = 'afterColon'
    return next + 1
  }

  #key(chunk: Buffer): string {
    const end = Math.min(this.#keyEnd, this.#keyStart + scannerLimits.maxKeyCharacters)
    const key = this.#keyHead + chunk.toString('latin1', this.#keyStart, end)
    if (!key.includes('\\')) return key
    try {
      return String(JSON.parse(`"${key}"`))
    } catch {
      return key
    }
  }

  /** Saves what may be a member's name before its chunk is gone. */
  #carryKey(chunk: Buffer): void {
    if (this.#place !== 'string' && this.#place !== 'afterString') return
    const end = this.#place === 'string' ? chunk.length : this.#keyEnd
    const room = Math.max(0, scannerLimits.maxKeyCharacters - this.#keyHead.length)
    this.#keyHead += chunk.toString('latin1', this.#keyStart, Math.min(end, this.#keyStart + room))
    this.#keyStart = 0
    this.#keyEnd = 0
  }

  #readPicture(chunk: Buffer, at: number): number {
    const quote = chunk.indexOf(QUOTE, at)
    this.#decoder.push(chunk, at, quote === -1 ? chunk.length : quote)
    if (quote === -1) return chunk.length
    this.#place = this.#isInList ? 'list' : 'between'
    if (this.#decoder.isEmpty) {
      this.#keepText('""')
    } else {
      this.#decoder.finish()
      this.#keepText(`{"${PLACEHOLDER}":${this.#images.length}}`)
      this.#images.push(this.#buffer.finish())
    }
    return quote + 1
  }

  #keepText(text: string): void {
    const bytes = Buffer.from(text, 'latin1')
    this.#keep(bytes, 0, bytes.length)
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    const length = this.#restLength + end - start
    if (length > scannerLimits.maxRestBytes) {
      throw new ExchangeError('too_large', 'JSON of more than 4 MB without its pictures')
    }
    if (length > this.#rest.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(length, this.#rest.length * 2))
      this.#rest.copy(grown, 0, 0, this.#restLength)
      this.#rest = grown
    }
    chunk.copy(this.#rest, this.#restLength, start, end)
    this.#restLength = length
  }
}

/** The first place from `start` on that is no JSON white space. */
function skipSpace(chunk: Buffer, start: number): number {
  let at = start
  while (at < chunk.length) {
    const byte = chunk[at]
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break
    at += 1
  }
  return at
}
