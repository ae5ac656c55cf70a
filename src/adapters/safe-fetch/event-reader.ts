import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser'
import type { HttpEvent, HttpRequest } from '../../ports/http-client.ts'
import { maxJsonBytes } from './body-reader.ts'
import { ExchangeError } from './failure.ts'
import { JsonImageScanner } from './json-image-scanner.ts'

/** What OpenAI's streams and their imitators end with; no JSON. */
const END_MARK = '[DONE]'

/**
 * Reads server-sent events while they arrive. Text goes through the parser as Latin-1, one
 * character a byte: line ends are ASCII, the scanner wants bytes again, and nothing else is
 * cheaper.
 */
export class EventReader {
  readonly #parser: EventSourceParser
  readonly #request: Pick<HttpRequest, 'imageFields' | 'maxBytes'>
  readonly #onEvent: (event: HttpEvent) => void
  readonly #maxLength: number
  #length = 0
  #imageBytes = 0

  constructor(
    request: Pick<HttpRequest, 'imageFields' | 'maxBytes'>,
    onEvent: (event: HttpEvent) => void,
  ) {
    this.#request = request
    this.#onEvent = onEvent
    this.#maxLength = maxJsonBytes(request.maxBytes)
    this.#parser = createParser({ onEvent: (message) => this.#read(message) })
  }

  /** @throws ExchangeError `bad_body` or `too_large` */
  write(chunk: Buffer): void {
    this.#length += chunk.length
    if (this.#length > this.#maxLength) {
      throw new ExchangeError('too_large', `a stream of more than ${this.#maxLength} bytes`)
    }
    this.#parser.feed(chunk.toString('latin1'))
  }

  /** The stream is complete: an event that lacks only its empty line counts. */
  end(): void {
    this.#parser.feed('\n\n')
  }

  #read({ id, event, data }: EventSourceMessage): void {
    if (data.trim() === END_MARK) return
    const scanner = new JsonImageScanner({
      imageFields: this.#request.imageFields ?? [],
      maxBytes: this.#request.maxBytes - this.#imageBytes,
      expectedLength: data.length,
    })
    scanner.feed(Buffer.from(data, 'latin1'))
    const { json, images } = scanner.end()
    for (const { bytes } of images) this.#imageBytes += bytes.length
    const given = id === undefined ? {} : { id: fromLatin1(id) }
    const name = event === undefined ? undefined : fromLatin1(event)
    this.#onEvent({ ...given, event: name, json, images })
  }
}

const fromLatin1 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8')
