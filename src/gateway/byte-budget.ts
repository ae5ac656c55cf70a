import { GatewayError } from '../core/errors/gateway-error.ts'
import { FairLines, type LineOwner } from '../core/limits/fair-lines.ts'
import type { Clock } from '../ports/clock.ts'
import type { GatewayLimits } from './limits.ts'

/** A reservation; `release` may be called more than once and counts once. */
export interface Reservation {
  release(): void
}

interface Waiter {
  readonly bytes: number
  /** Ends its wait, with or without a place. */
  readonly settle: (isAdmitted: boolean) => void
}

/** Who asks for bytes when nobody else is told apart. */
const ANYBODY: LineOwner = { name: '', weight: 1 }

/**
 * Bounds the bytes of pictures in flight. Requests reserve what their answer is expected to need
 * before anything is held or sent; who does not fit waits in line for a while and is then answered
 * 429. Every key has a line of its own, and the lines take turns. After admission nothing is
 * refused: a provider that was called is paid.
 */
export class ByteBudget {
  readonly #limits: GatewayLimits
  readonly #clock: Clock
  readonly #waiting = new FairLines<Waiter>()
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
   * @param owner whose line it waits in.
   * @returns undefined when the signal aborted while it waited.
   * @throws GatewayError `overloaded` when the line is full or the wait too long.
   */
  async reserve(
    bytes: number,
    signal?: AbortSignal,
    owner: LineOwner = ANYBODY,
  ): Promise<Reservation | undefined> {
    if (hasAborted(signal)) return undefined
    if (this.#waiting.size === 0 && this.#fits(bytes)) return this.#take(bytes)
    if (this.#waiting.size >= this.#limits.waitingForBytes) this.#makeRoomFor(owner)
    const timeout = new AbortController()
    const { promise: settled, resolve: settle } = Promise.withResolvers<boolean>()
    const waiter: Waiter = { bytes, settle }
    this.#waiting.add(owner, bytes, waiter)
    const leave = (): void => timeout.abort()
    signal?.addEventListener('abort', leave, { once: true })
    const isAdmitted = await Promise.race([
      settled,
      this.#clock.sleep(this.#limits.waitForBytesMs, timeout.signal).then(
        () => false,
        () => false,
      ),
    ])
    timeout.abort()
    signal?.removeEventListener('abort', leave)
    if (isAdmitted) return this.#reservation(bytes)
    const wasWaiting = this.#waiting.remove(waiter)
    // A large one that gives up at the head of the line no longer keeps smaller ones waiting.
    if (wasWaiting) this.#admitNext()
    // It may have got its place in the moment in which it gave up.
    else if (await settled) return this.#reservation(bytes)
    if (hasAborted(signal)) return undefined
    throw this.#overloaded()
  }

  /** Who waits behind many of its own goes before a key's first does. */
  #makeRoomFor(owner: LineOwner): void {
    const last = this.#waiting.giveWay(owner)
    if (last === undefined) throw this.#overloaded()
    last.settle(false)
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
    let next = this.#waiting.next()
    while (next !== undefined && this.#fits(next.bytes)) {
      this.#waiting.take()
      this.#inFlight += next.bytes
      next.settle(true)
      next = this.#waiting.next()
    }
  }

  #overloaded(): GatewayError {
    return new GatewayError('overloaded', 'Too many pictures are in flight.', {
      retryAfterMs: this.#limits.waitForBytesMs,
    })
  }
}

const hasAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true
