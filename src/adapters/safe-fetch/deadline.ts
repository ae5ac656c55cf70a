import type { HttpRequest } from '../../ports/http-client.ts'
import { ExchangeError } from './failure.ts'

/**
 * Ends an exchange from outside: when its time is up or its caller gives up. One per request, over
 * all its hops. `close` must be called, or its timer keeps running.
 */
export class Deadline {
  readonly #request: Pick<HttpRequest, 'timeouts' | 'signal'>
  readonly #totalTimer: NodeJS.Timeout
  #headersTimer: NodeJS.Timeout | undefined
  #reason: ExchangeError | undefined
  #listener: ((reason: ExchangeError) => void) | undefined

  constructor(request: Pick<HttpRequest, 'timeouts' | 'signal'>) {
    this.#request = request
    const { totalMs } = request.timeouts
    this.#totalTimer = setTimeout(() => this.#end('timeout', `not done in ${totalMs} ms`), totalMs)
    request.signal?.addEventListener('abort', this.#onAbort)
    if (request.signal?.aborted === true) this.#onAbort()
  }

  /** Watches one hop until its headers have come; calls `listener` at most once, maybe at once. */
  watch(listener: (reason: ExchangeError) => void): void {
    this.#listener = listener
    clearTimeout(this.#headersTimer)
    if (this.#reason !== undefined) {
      listener(this.#reason)
      return
    }
    const { headersMs, totalMs } = this.#request.timeouts
    // The total limit is not later than this one, so it is enough.
    if (headersMs >= totalMs) return
    const message = `no answer in ${headersMs} ms`
    this.#headersTimer = setTimeout(() => this.#end('timeout', message), headersMs)
  }

  /** The headers are here; from now on only the limit of the whole exchange counts. */
  headersArrived(): void {
    clearTimeout(this.#headersTimer)
  }

  /** The exchange is over. */
  close(): void {
    clearTimeout(this.#totalTimer)
    clearTimeout(this.#headersTimer)
    this.#request.signal?.removeEventListener('abort', this.#onAbort)
    this.#listener = undefined
  }

  readonly #onAbort = (): void => this.#end('aborted', 'given up by the caller')

  #end(kind: 'timeout' | 'aborted', message: string): void {
    if (this.#reason !== undefined) return
    this.#reason = new ExchangeError(kind, message)
    this.#listener?.(this.#reason)
  }
}
