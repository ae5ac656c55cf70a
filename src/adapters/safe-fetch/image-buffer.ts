import { createHash, type Hash, hash } from 'node:crypto'
import type { ImageBytes } from '../../ports/http-client.ts'
import { ExchangeError } from './failure.ts'

/**
 * A size that the sender announced is believed up to here; larger pictures grow into their size.
 */
const MAX_TRUSTED_BYTES = 16 * 1024 * 1024
/**
 * First buffer when nothing is announced: a small picture fits, a large one grows out of it fast.
 */
const FIRST_BYTES = 64 * 1024
const FAST_GROWTH_LIMIT = 1024 * 1024
/**
 * Bytes that are hashed at once while a picture arrives; smaller pictures are hashed at their end.
 */
const HASH_STEP = 64 * 1024

/**
 * Collects the pictures of one answer behind each other, hashing them as they arrive.
 * The pictures share memory: whoever keeps one for long should copy it.
 */
export class ImageBuffer {
  readonly #maxBytes: number
  #expectedBytes: number
  #buffer = Buffer.alloc(0)
  /** Where the present picture begins, ends, and up to where it has been hashed. */
  #start = 0
  #end = 0
  #hashed = 0
  #hash: Hash | undefined
  #finishedBytes = 0

  /**
   * @param expectedBytes What all pictures together may have, if anything is known; a hint only.
   */
  constructor(maxBytes: number, expectedBytes = 0) {
    this.#maxBytes = maxBytes
    this.#expectedBytes = Math.min(expectedBytes, maxBytes, MAX_TRUSTED_BYTES)
  }

  /** Bytes of the present picture. */
  get length(): number {
    return this.#end - this.#start
  }

  /** Adds bytes. @throws ExchangeError `too_large` */
  append(bytes: Uint8Array): void {
    this.#admit(bytes.length)
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#end)
    this.#end += bytes.length
    this.#hashStep()
  }

  /**
   * Adds what `text` decodes to if it is base64 throughout; otherwise adds nothing and says so.
   * Node's decoder skips what it does not know, so a decoded size that is too small gives it away.
   * @param text A multiple of four characters, unless it is the end of the picture.
   * @throws ExchangeError `too_large`
   */
  appendBase64(text: string): boolean {
    const size = decodedSize(text)
    if (size === undefined) return false
    this.#admit(size)
    // The decoder wants room for the padding too.
    this.#reserve(size + 2)
    if (this.#buffer.write(text, this.#end, 'base64') !== size) return false
    this.#end += size
    this.#hashStep()
    return true
  }

  /** Ends the present picture. */
  finish(): ImageBytes {
    const bytes = this.#buffer.subarray(this.#start, this.#end)
    const rest = this.#buffer.subarray(this.#hashed, this.#end)
    const digest = this.#hash?.update(rest).digest('hex') ?? hash('sha256', bytes, 'hex')
    this.#finishedBytes += this.length
    this.#start = this.#end
    this.#hashed = this.#end
    this.#hash = undefined
    return { bytes, digest }
  }

  #hashStep(): void {
    if (this.#end - this.#hashed < HASH_STEP) return
    this.#hash ??= createHash('sha256')
    this.#hash.update(this.#buffer.subarray(this.#hashed, this.#end))
    this.#hashed = this.#end
  }

  #admit(count: number): void {
    if (this.#finishedBytes + this.length + count <= this.#maxBytes) return
    throw new ExchangeError('too_large', `pictures of more than ${this.#maxBytes} bytes`)
  }

  #reserve(count: number): void {
    const { length } = this
    if (this.#end + count <= this.#buffer.length) return
    const grown = Math.max(FIRST_BYTES, length * (length < FAST_GROWTH_LIMIT ? 4 : 2))
    // What was announced is enough, unless it was wrong.
    const size = Math.max(length + count, this.#expectedBytes === 0 ? grown : this.#expectedBytes)
    const buffer = Buffer.allocUnsafeSlow(size)
    this.#buffer.copy(buffer, 0, this.#start, this.#end)
    this.#expectedBytes = 0
    this.#hashed -= this.#start
    this.#end = length
    this.#start = 0
    this.#buffer = buffer
  }
}

/** Bytes that a base64 text stands for; undefined when no base64 has this length. */
function decodedSize(text: string): number | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  if (padding > 0 && text.length % 4 !== 0) return undefined
  const digits = text.length - padding
  return digits % 4 === 1 ? undefined : Math.floor((digits * 3) / 4)
}
