import type { RetentionRule } from '../core/storage/retention.ts'
import type { Dependencies } from './dependencies.ts'

/** Pictures that one sweep removes by one rule; the next one goes on. */
const MAX_REMOVED = 200

/**
 * Removes what rules let go: first the record says so, then bytes that nothing else needs go. A
 * crash between the two leaves bytes that `keeprate storage verify --repair` finds.
 */
export async function sweepOldPictures(
  rules: readonly RetentionRule[],
  deps: Pick<Dependencies, 'stores' | 'images' | 'clock' | 'log'>,
): Promise<number> {
  const { stores, images, clock, log } = deps
  let removed = 0
  for (const rule of rules) {
    const due = await stores.kept.due({ rule, now: clock.now(), limit: MAX_REMOVED })
    const free = await stores.kept.remove(due.map(({ id }) => id))
    for (const digest of free) await images.remove(digest)
    removed += due.length
  }
  if (removed > 0) log.info({ removed }, 'old pictures removed')
  return removed
}
