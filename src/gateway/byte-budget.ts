import { GatewayError } from '../core/errors/gateway-error.ts'
import type { Clock } from '../ports/clock.ts'
import type { GatewayLimits } from './limits.ts'

/** A reservation; `release` may be called more than once and counts once. */
export interface Reservation {
  release(): void
}

interface Waiter {
  readonly bytes: number
  readonly admit: () => void
}

/**
 * Bounds the bytes of pictures in flight. Requests reserve what their answer is expected to need
 * before anything is held or sent; who does not fit waits in line for a while and is then answered
 * 429. After admission nothing is refused: a provider that was called is paid.
 */
export class ByteBudget {
  readonly #limits: GatewayLimits
  readonly #clock: Clock
  readonly #waiting: Waiter[] = []
  #inFlight = 0

  constructor(limits: GatewayLimits, clock: Clock) {
    this.#limits = limits
    this.#clock = clock
  }

  /** Bytes reserved now. */
  get inFlight(): number {
    return this.#inFlight
  }

  /**
   * Waits until `bytes` fit. A request larger than the whole budget is admitted alone.
   * @returns undefined when the signal aborted while it waited.
   * @throws GatewayError `overloaded` when the line is full or the wait too long.
   */
  async reserve(bytes: number, signal?: AbortSignal): Promise<Reservation | undefined> {
    if (hasAborted(signal)) return undefined
    if (this.#waiting.length === 0 && this.#fits(bytes)) return this.#take(bytes)
    if (this.#waiting.length >= this.#limits.waitingForBytes) throw this.#overloaded()
    const timeout = new AbortController()
    const admitted = new Promise<void>((resolve) => {
      this.#waiting.push({ bytes, admit: resolve })
    })
    const waiter = this.#waiting.at(-1)
    const leave = (): void => timeout.abort()
    signal?.addEventListener('abort', leave, { once: true })
    const isAdmitted = await Promise.race([
      admitted.then(() => true),
      this.#clock.sleep(this.#limits.waitForBytesMs, timeout.signal).then(
        () => false,
        () => false,
      ),
    ])
    timeout.abort()
    signal?.removeEventListener('abort', leave)
    const position = waiter === undefined ? -1 : this.#waiting.indexOf(waiter)
    if (!isAdmitted && position >= 0) {
      this.#waiting.splice(position, 1)
      // A large one that gives up at the head of the line no longer keeps smaller ones waiting.
      this.#admitNext()
      if (hasAborted(signal)) return undefined
      throw this.#overloaded()
    }
    return this.#reservation(bytes)
  }

  #fits(bytes: number): boolean {
    return this.#inFlight === 0 || this.#inFlight + bytes <= this.#limits.bytesInFlight
  }

  #take(bytes: number): Reservation {
    this.#inFlight += bytes
    return this.#reservation(bytes)
  }

  #reservation(bytes: number): Reservation {
    let isHeld = true
    return {
      release: () => {
        if (!isHeld) return
        isHeld = false
        this.#inFlight -= bytes
        this.#admitNext()
      },
    }
  }

  #admitNext(): void {
    let next = this.#waiting[0]
    while (next !== undefined && this.#fits(next.bytes)) {
      this.#waiting.shift()
      this.#inFlight += next.bytes
      next.admit()
      next = this.#waiting[0]
    }
  }

  #overloaded(): GatewayError {
    return new GatewayError('overloaded', 'Too many pictures are in flight.', {
      retryAfterMs: this.#limits.waitForBytesMs,
    })
  }
}

const hasAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true
