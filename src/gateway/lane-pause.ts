import type { Instant } from '../core/time.ts'

/** Limits of pausing. */
const limits = {
  /** Pause after a refusal that names none; doubles with each one in a row. */
  pauseMs: 2_000,
  maxPauseMs: 60_000,
} as const

/** How long calls are held back that a provider has refused for being too many. */
export class LanePause {
  #until: Instant = 0
  /** The end of the pause after the last refusal that counted. */
  #refusedUntil: Instant = 0
  #refusals = 0

  /** Whether the next call has to find out if others may follow. */
  get isProbing(): boolean {
    return this.#refusals > 0
  }

  /** Milliseconds until the next call may go. */
  leftMs(now: Instant): number {
    return Math.max(0, this.#until - now)
  }

  /** The provider said that there were too many calls. */
  refused(retryAfterMs: number | undefined, now: Instant): void {
    const askedMs = Math.min(retryAfterMs ?? 0, limits.maxPauseMs)
    // Calls that were under way when it closed are refused for the same reason as the first one.
    if (now < this.#refusedUntil) {
      this.close(askedMs, now)
      return
    }
    const doubled = Math.min(limits.pauseMs * 2 ** Math.min(this.#refusals, 10), limits.maxPauseMs)
    // Who asked to wait and refuses again has asked for too little.
    const isTrusted = this.#refusals === 0 && askedMs > 0
    const pauseMs = isTrusted ? askedMs : Math.max(askedMs, doubled)
    this.#refusals += 1
    this.#refusedUntil = now + pauseMs
    this.close(pauseMs, now)
  }

  /** The provider made a picture: the refusals in a row are over. */
  served(): void {
    this.#refusals = 0
  }

  /** Holds calls back for as long as asked, or for as long as anybody may ask. */
  close(forMs: number, now: Instant): void {
    this.#until = Math.max(this.#until, now + Math.min(forMs, limits.maxPauseMs))
  }
}
