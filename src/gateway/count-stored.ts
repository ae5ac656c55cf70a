import { dayOf } from '../core/time.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Stores } from '../ports/stores.ts'

/**
 * Notes how much is stored now, for what a month of it costs. Several replicas may look: a day
 * counts with the mean of all looks.
 */
export async function countStored({
  stores,
  clock,
  log,
}: {
  readonly stores: Pick<Stores, 'kept'>
  readonly clock: Clock
  readonly log: Log
}): Promise<void> {
  try {
    const { bytes } = await stores.kept.stored()
    await stores.kept.noteStored({ day: dayOf(clock.now()), bytes })
  } catch (error) {
    log.warn({ error }, 'what is stored was not counted')
  }
}
