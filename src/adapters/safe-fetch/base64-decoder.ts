import { ExchangeError } from './failure.ts'
import type { ImageBuffer } from './image-buffer.ts'

const DATA_URL = 'data:'
/** A media type with parameters is shorter; a text without a comma so far is no data URL. */
const MAX_DATA_URL_HEAD = 256
/** Characters kept back until the end is known: padding can stand only there. */
const HELD_BACK = 4
/** Shorter pieces are gathered until they are worth a call of the decoder. */
const SMALL_PIECE = 64
const MAX_GATHERED = 4_096

/**
 * Decodes one JSON string of base64 while it arrives: any cut, JSON escapes (`\/`, `\n`, `\u002b`),
 * line breaks, the URL-safe alphabet, missing padding, and a data URL around it.
 */
export class Base64Decoder {
  readonly #target: ImageBuffer
  /** Characters that are not decoded yet. */
  #held = ''
  #isStart = true
  #isEmpty = true

  constructor(target: ImageBuffer) {
    this.#target = target
  }

  /** Whether the string has had no characters at all. */
  get isEmpty(): boolean {
    return this.#isEmpty
  }

  /** Takes the characters from `start` to `end` of a chunk. @throws ExchangeError `bad_body` */
  push(chunk: Buffer, start: number, end: number): void {
    if (start === end) return
    this.#isEmpty = false
    const from = this.#isStart ? this.#readHead(chunk, start, end) : start
    if (this.#isStart || from === end) return
    const held = this.#held
    if (end - from < SMALL_PIECE) {
      this.#held += chunk.toString('latin1', from, end)
      if (this.#held.length > MAX_GATHERED) this.#decode(this.#held)
      return
    }
    // The held characters are filled up to groups of four, so that the long rest is not copied
    // again.
    const border = from + ((4 - (held.length % 4)) % 4)
    if (!this.#target.appendBase64(held + chunk.toString('latin1', from, border))) {
      this.#decode(held + chunk.toString('latin1', from, end))
      return
    }
    const last = end - HELD_BACK - ((end - border) % 4)
    if (this.#target.appendBase64(chunk.toString('latin1', border, last))) {
      this.#held = chunk.toString('latin1', last, end)
    } else {
      this.#decode(chunk.toString('latin1', border, end))
    }
  }

  /** Ends a string that was not empty. @throws ExchangeError `bad_body` */
  finish(): void {
    if (!this.#target.appendBase64(unescaped(this.#held))) throw notBase64()
    if (this.#target.length === 0) throw notBase64()
  }

  /** Finds out whether this is a data URL and returns where the base64 begins. */
  #readHead(chunk: Buffer, start: number, end: number): number {
    const held = this.#held
    const stop = Math.min(end, start + MAX_DATA_URL_HEAD - held.length)
    const head = held + chunk.toString('latin1', start, stop)
    if (head.length < DATA_URL.length && DATA_URL.startsWith(head.toLowerCase())) {
      this.#held = head
      return end
    }
    if (!head.toLowerCase().startsWith(DATA_URL)) {
      this.#isStart = false
      return start
    }
    const comma = head.indexOf(',')
    if (comma === -1 && head.length < MAX_DATA_URL_HEAD) {
      this.#held = head
      return end
    }
    if (!/;base64$/i.test(head.slice(0, Math.max(comma, 0)))) throw notBase64()
    this.#isStart = false
    this.#held = ''
    return start + comma + 1 - held.length
  }

  /** The slow way: takes escapes out, keeping back one that is cut. */
  #decode(text: string): void {
    const cut = /\\(?:u[\da-f]{0,3})?$/i.exec(text)?.index ?? text.length
    const plain = unescaped(text.slice(0, cut))
    const usable = Math.max(0, plain.length - HELD_BACK - (plain.length % 4))
    if (!this.#target.appendBase64(plain.slice(0, usable))) throw notBase64()
    this.#held = plain.slice(usable) + text.slice(cut)
  }
}

const notBase64 = (): ExchangeError =>
  new ExchangeError('bad_body', 'a member that should hold a picture is no base64')

/** Takes JSON's escapes out of base64. What is left of wrong ones, the decoder refuses. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  const slashed = text.replaceAll('\\/', '/')
  if (!slashed.includes('\\')) return slashed
  return slashed
    .replace(/\\(?:u([\da-f]{4})|[nrt])/gi, (_escape, code: string | undefined) =>
      code === undefined ? '' : String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replace(/[\r\n\t]/g, '')
}
