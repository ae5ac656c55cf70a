import type { HttpEvent, HttpRequest } from '../../ports/http-client.ts'
import { maxJsonBytes } from './body-reader.ts'
import { ExchangeError } from './failure.ts'
import { JsonImageScanner } from './json-image-scanner.ts'

const NEWLINE = 0x0a
const CARRIAGE_RETURN = Buffer.from('\r')

/** Reads lines of JSON while they arrive; the images of each are decoded before the next begins. */
export class LineReader {
  readonly #request: Pick<HttpRequest, 'imageFields' | 'maxBytes'>
  readonly #onEvent: (event: HttpEvent) => void
  readonly #maxLength: number
  #parts: Buffer[] = []
  #length = 0

  constructor(
    request: Pick<HttpRequest, 'imageFields' | 'maxBytes'>,
    onEvent: (event: HttpEvent) => void,
  ) {
    this.#request = request
    this.#onEvent = onEvent
    this.#maxLength = maxJsonBytes(request.maxBytes)
  }

  /** @throws ExchangeError `bad_body` or `too_large` */
  write(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#add(chunk.subarray(start, end))
      this.#read()
      start = end + 1
    }
    this.#add(chunk.subarray(start))
  }

  /** The body is complete: a last line needs no end. */
  end(): void {
    this.#read()
  }

  #add(part: Buffer): void {
    this.#length += part.length
    if (this.#length > this.#maxLength) {
      throw new ExchangeError('too_large', `a line of more than ${this.#maxLength} bytes`)
    }
    if (part.length > 0) this.#parts.push(part)
  }

  #read(): void {
    const line = Buffer.concat(this.#parts)
    this.#parts = []
    this.#length = 0
    if (line.length === 0 || line.equals(CARRIAGE_RETURN)) return
    const scanner = new JsonImageScanner({
      imageFields: this.#request.imageFields ?? [],
      maxBytes: this.#request.maxBytes,
      expectedLength: line.length,
    })
    scanner.feed(line)
    this.#onEvent({ event: undefined, ...scanner.end() })
  }
}
