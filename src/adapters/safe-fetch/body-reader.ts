import { sniff } from '../../core/quality/sniff.ts'
import type { HttpAnswer, HttpRequest } from '../../ports/http-client.ts'
import { ExchangeError } from './failure.ts'
import { ImageBuffer } from './image-buffer.ts'
import { JsonImageScanner, scannerLimits } from './json-image-scanner.ts'

/** The part of an answer that its body makes. */
export type AnswerBody = Pick<HttpAnswer, 'json' | 'text' | 'images'>

/** Reads a body while it arrives. */
export interface BodyReader {
  /** @returns false when the rest of the body is not wanted. @throws ExchangeError */
  write(chunk: Buffer): boolean
  /** @throws ExchangeError `bad_body` */
  end(): AnswerBody
}

/** What is known when the body begins. */
export interface BodyFacts {
  readonly status: number
  readonly contentType: string
  /** As announced; a hint only. */
  readonly contentLength: number | undefined
  readonly request: Pick<HttpRequest, 'imageFields' | 'maxBytes'>
}

/** Bytes of a text that are kept for error messages. */
const MAX_TEXT_BYTES = 4_096
/** Bytes of an unwanted body that are read so that the connection can be used again. */
const MAX_DRAINED_BYTES = 256 * 1024

/** Bytes that JSON with its pictures may have: base64 with all its escapes, and the rest. */
export const maxJsonBytes = (maxBytes: number): number => 2 * maxBytes + scannerLimits.maxRestBytes

/** Chooses how a body is read, by what it says it is; what says nothing is looked at. */
export function createBodyReader(facts: BodyFacts): BodyReader {
  const type = facts.contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (/^(?:application|text)\/(?:[^/]+\+)?json$/.test(type)) {
    return new JsonReader(facts, !isSuccess(facts.status))
  }
  // S3 calls an object without a type binary/octet-stream.
  if (/^image\/|^(?:application|binary)\/octet-stream$/.test(type)) return new BinaryReader(facts)
  return type === '' || type === 'text/plain' ? new UnknownReader(facts) : new TextReader()
}

const isSuccess = (status: number): boolean => status >= 200 && status <= 299

/** Reads what is not wanted, up to a bound. */
export class DrainReader implements BodyReader {
  #length = 0

  write(chunk: Buffer): boolean {
    this.#length += chunk.length
    return this.#length <= MAX_DRAINED_BYTES
  }

  end(): AnswerBody {
    return { images: [] }
  }
}

class TextReader implements BodyReader {
  readonly #drain = new DrainReader()
  #start = Buffer.alloc(0)

  write(chunk: Buffer): boolean {
    const missing = MAX_TEXT_BYTES - this.#start.length
    if (missing > 0) this.#start = Buffer.concat([this.#start, chunk.subarray(0, missing)])
    return this.#drain.write(chunk)
  }

  end(): AnswerBody {
    return { text: this.#start.toString('utf8'), images: [] }
  }
}

class BinaryReader implements BodyReader {
  readonly #buffer: ImageBuffer

  constructor({ contentLength = 0, request }: BodyFacts) {
    checkLength(contentLength, request.maxBytes)
    this.#buffer = new ImageBuffer(request.maxBytes, contentLength)
  }

  write(chunk: Buffer): boolean {
    this.#buffer.append(chunk)
    return true
  }

  end(): AnswerBody {
    return { images: this.#buffer.length === 0 ? [] : [this.#buffer.finish()] }
  }
}

/**
 * Reads JSON. `isOptional`: what turns out to be none is read as text instead, because the status
 * says enough (proxies answer errors with anything), or because nothing announced JSON.
 */
class JsonReader implements BodyReader {
  readonly #scanner: JsonImageScanner
  readonly #maxLength: number
  readonly #text: TextReader | undefined
  #length = 0
  #isJson = true

  constructor({ contentLength, request }: BodyFacts, isOptional: boolean) {
    const { imageFields = [], maxBytes } = request
    this.#maxLength = maxJsonBytes(maxBytes)
    checkLength(contentLength ?? 0, this.#maxLength)
    this.#scanner = new JsonImageScanner({ imageFields, maxBytes, expectedLength: contentLength })
    this.#text = isOptional ? new TextReader() : undefined
  }

  write(chunk: Buffer): boolean {
    this.#length += chunk.length
    checkLength(this.#length, this.#maxLength)
    const wantsMoreText = this.#text?.write(chunk) === true
    if (!this.#isJson) return wantsMoreText
    this.#unlessText(() => this.#scanner.feed(chunk))
    return this.#isJson || wantsMoreText
  }

  end(): AnswerBody {
    if (this.#isJson) {
      const body = this.#unlessText(() => this.#scanner.end())
      if (body !== undefined) return body
    }
    return this.#text?.end() ?? { images: [] }
  }

  #unlessText<Value>(read: () => Value): Value | undefined {
    try {
      return read()
    } catch (error) {
      if (this.#text === undefined) throw error
      this.#isJson = false
      return undefined
    }
  }
}

/** Decides by the first bytes. */
class UnknownReader implements BodyReader {
  readonly #facts: BodyFacts
  #reader: BodyReader | undefined

  constructor(facts: BodyFacts) {
    this.#facts = facts
  }

  write(chunk: Buffer): boolean {
    this.#reader ??= this.#choose(chunk)
    return this.#reader.write(chunk)
  }

  end(): AnswerBody {
    return this.#reader?.end() ?? { text: '', images: [] }
  }

  #choose(start: Buffer): BodyReader {
    switch (sniff(start)) {
      case 'json':
        return new JsonReader(this.#facts, true)
      case 'png':
      case 'jpeg':
      case 'webp':
        return new BinaryReader(this.#facts)
      default:
        return new TextReader()
    }
  }
}

function checkLength(length: number, maxLength: number): void {
  if (length <= maxLength) return
  throw new ExchangeError('too_large', `a body of more than ${maxLength} bytes`)
}
