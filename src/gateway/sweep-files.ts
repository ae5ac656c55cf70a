import type { Dependencies } from './dependencies.ts'

/** Files that one sweep removes; the next one goes on. */
const MAX_REMOVED = 200

/**
 * Removes files whose time is over, with their bytes unless another file has the same ones. Nobody
 * can read them any more by then. The record goes first, as with pictures.
 */
export async function sweepExpiredFiles({
  stores,
  images,
  clock,
  log,
}: Pick<Dependencies, 'stores' | 'images' | 'clock' | 'log'>): Promise<void> {
  const due = await stores.files.expired({ now: clock.now(), limit: MAX_REMOVED })
  for (const file of due) if (await stores.files.remove(file)) await images.remove(file.digest)
  if (due.length > 0) log.info({ removed: due.length }, 'expired files removed')
}
