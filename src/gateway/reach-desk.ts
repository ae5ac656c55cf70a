import type { Clock } from '../ports/clock.ts'

/**
 * How long a connection may be looked for before others go elsewhere, in milliseconds. Name,
 * connection and handshake take a few hundred around the world; when the first packet is lost, it
 * is sent again after a second (RFC 6298, section 2.1).
 */
const USUAL_MS = 1_000

/**
 * Knows which providers are being connected to in vain. Nobody answers there, and a call that
 * finds that out takes as long as connecting may last: without this, all that begin meanwhile would
 * find out the same. A call that is connected is none of its affair, however long it works.
 */
export class ReachDesk {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  /** Calls without a connection by provider, oldest first. */
  readonly #looking = new Map<string, Set<{ readonly sinceMs: number }>>()

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /**
   * Notes that a call looks for a connection.
   * @returns what must be told when it has one, or has ended without; later words change nothing.
   */
  look(provider: string): (isConnected: boolean) => void {
    const call = { sinceMs: this.#clock.monotonicMs() }
    const calls = this.#looking.get(provider) ?? new Set()
    this.#looking.set(provider, calls.add(call))
    let isOver = false
    return (isConnected) => {
      if (isOver) return
      isOver = true
      // One connection proves the way; what began before it is only slow.
      if (isConnected) this.#looking.delete(provider)
      else this.#looking.get(provider)?.delete(call)
    }
  }

  /** Whether a call would probably find nobody: one has looked for long, and none was connected. */
  isDoubtful(provider: string): boolean {
    const [oldest] = this.#looking.get(provider) ?? []
    return oldest !== undefined && this.#clock.monotonicMs() - oldest.sinceMs >= USUAL_MS
  }
}
