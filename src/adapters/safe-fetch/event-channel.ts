import type { HttpEvent, HttpFailure } from '../../ports/http-client.ts'

/** Control over what feeds a channel. */
export interface Flow {
  pause(): void
  resume(): void
  /** Nobody reads on; nothing more is to be delivered. */
  cancel(): void
}

/** Events that may wait before the connection is told to wait. */
const MAX_WAITING = 8

/**
 * Hands events from a connection to one reader, in order, and holds the connection back.
 * One `next` at a time, as `for await` does it.
 */
export class EventChannel implements AsyncIterableIterator<HttpEvent> {
  readonly #flow: Flow
  readonly #waiting: HttpEvent[] = []
  #failure: HttpFailure | undefined
  #isEnded = false
  #wake: (() => void) | undefined

  constructor(flow: Flow) {
    this.#flow = flow
  }

  push(event: HttpEvent): void {
    this.#waiting.push(event)
    if (this.#waiting.length >= MAX_WAITING) this.#flow.pause()
    this.#wake?.()
  }

  end(): void {
    this.#isEnded = true
    this.#wake?.()
  }

  /** Ends with a failure, which the reader gets after the events that came before it. */
  fail(failure: HttpFailure): void {
    this.#failure = failure
    this.end()
  }

  async next(): Promise<IteratorResult<HttpEvent>> {
    while (this.#waiting.length === 0 && !this.#isEnded) {
      const { promise, resolve } = Promise.withResolvers<void>()
      // Resuming may deliver at once, so the wake-up call is set before.
      this.#wake = resolve
      this.#flow.resume()
      await promise
    }
    const event = this.#waiting.shift()
    if (event !== undefined) return { done: false, value: event }
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
    return { done: true, value: undefined }
  }

  async return(): Promise<IteratorResult<HttpEvent>> {
    this.#flow.cancel()
    this.#waiting.length = 0
    this.#isEnded = true
    this.#failure = undefined
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
