import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Stores } from '../ports/stores.ts'

/** What counting needs. */
export interface CountingParts {
  readonly stores: Pick<Stores, 'kept'>
  readonly clock: Clock
  readonly log: Log
}

/**
 * Counts the bytes of pictures that were sent, for what they cost. Written beside the requests; a
 * crash loses the last seconds.
 */
export class SentBytes {
  #bytes = 0

  add(bytes: number): void {
    this.#bytes += bytes
  }

  /** Adds what was sent to the sum of the month. */
  async flush({ stores, clock, log }: CountingParts): Promise<void> {
    const bytes = this.#bytes
    if (bytes === 0) return
    this.#bytes = 0
    try {
      const month = new Date(clock.now()).toISOString().slice(0, 7)
      await stores.kept.addTraffic({ month, bytes })
    } catch (error) {
      this.#bytes += bytes
      log.warn({ error, bytes }, 'sent bytes not counted yet')
    }
  }
}
