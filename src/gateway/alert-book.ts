import type { Alert } from '../core/alerts/alert.ts'
import { isQuiet, type QuietTime } from '../core/alerts/quiet-time.ts'
import { makeId } from '../core/ids.ts'
import type { AlertStore } from '../ports/alert-store.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Notifier } from '../ports/notifier.ts'

/** An open alert is told again after this time; what only flaps must not ring all night. */
const TELL_AGAIN_MS = 3_600_000

/** What a book is made of. */
export interface AlertBookParts {
  readonly store: AlertStore
  readonly notifier: Notifier
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly quiet?: QuietTime
}

/**
 * Writes alerts down and passes on those that this replica is to tell. Without the database all
 * are passed on: better told twice than never.
 */
export class AlertBook implements Notifier {
  readonly #parts: AlertBookParts
  #last: Promise<void> = Promise.resolve()

  constructor(parts: AlertBookParts) {
    this.#parts = parts
  }

  notify(alert: Alert): void {
    this.#last = this.#last.then(async () => {
      const { notifier, log } = this.#parts
      const mayTell = await this.#note(alert).catch((error: unknown) => {
        log.error({ error, alert: alert.kind }, 'an alert could not be written')
        return true
      })
      if (mayTell) notifier.notify(alert)
    })
  }

  /** Tells what waited for the end of a quiet time, and is not over by itself. */
  async tellHeld(): Promise<void> {
    const { store, notifier, clock, random } = this.#parts
    const now = clock.now()
    if (this.#isQuiet(now)) return
    const token = makeId('alr', random.bytes(16), now)
    for (const alert of await store.takeHeld(now, token)) notifier.notify(alert)
  }

  async close(): Promise<void> {
    await this.#last
    await this.#parts.notifier.close()
  }

  async #note(alert: Alert): Promise<boolean> {
    const { store, clock, random } = this.#parts
    if (alert.ends !== undefined) return store.resolve(alert.ends, alert.at)
    const now = clock.now()
    return store.raise(alert, {
      id: makeId('alr', random.bytes(16), now),
      toldBefore: now - TELL_AGAIN_MS,
      isQuiet: alert.severity !== 'critical' && this.#isQuiet(now),
    })
  }

  #isQuiet(at: number): boolean {
    const { quiet } = this.#parts
    return quiet !== undefined && isQuiet(quiet, at)
  }
}
