import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../ports/clock.ts'
import type { ImageStore } from '../../ports/image-store.ts'
import type { Log } from '../../ports/log.ts'
import { isMissing } from './file-calls.ts'
import type { FinalStore } from './spooled-image-store.ts'

/** Limits of carrying pictures on. */
const limits = {
  /** Between two looks at the folder. */
  turnMs: 15_000,
  /** Longest pause while the store stays down. */
  maxPauseMs: 300_000,
  /** Pictures of one turn; the next turn takes the rest. */
  perTurn: 1_000,
} as const

/** A folder whose pictures belong elsewhere. */
export interface DrainParts {
  /** Root of the folder, as `createFileImageStore` was given it. */
  readonly root: string
  readonly from: ImageStore
  readonly to: Pick<FinalStore, 'put'>
  readonly clock: Clock
  readonly log: Log
}

/** Digests of pictures in a folder, up to a number. */
export async function waitingIn(root: string, most: number = limits.perTurn): Promise<string[]> {
  const found: string[] = []
  for (const folder of await listed(join(root, 'images'))) {
    const names = await listed(join(root, 'images', folder))
    found.push(...names.filter((name) => /^[0-9a-f]{64}$/.test(name)))
    if (found.length >= most) break
  }
  return found.slice(0, most)
}

const listed = async (path: string): Promise<readonly string[]> => {
  try {
    return await readdir(path)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/**
 * Carries what waits in a folder to where it belongs; a picture leaves the folder when the store
 * has it. @returns how many went; the rest waits for the next turn.
 */
export async function drainOnce({ root, from, to }: DrainParts): Promise<number> {
  let carried = 0
  for (const digest of await waitingIn(root)) {
    const bytes = await from.get(digest)
    if (bytes === undefined) continue
    await to.put(digest, bytes)
    await from.remove(digest)
    carried += 1
  }
  return carried
}

/** Drains again and again until the signal; pauses grow while the store does not take anything. */
export async function drainUntil(parts: DrainParts, signal: AbortSignal): Promise<void> {
  let pauseMs: number = limits.turnMs
  while (!signal.aborted) {
    try {
      const carried = await drainOnce(parts)
      if (carried > 0) parts.log.info({ carried }, 'waiting pictures were stored')
      pauseMs = limits.turnMs
    } catch (error) {
      parts.log.warn({ error }, 'waiting pictures could not be stored yet')
      pauseMs = Math.min(limits.maxPauseMs, pauseMs * 2)
    }
    await parts.clock.sleep(pauseMs, signal).catch(() => undefined)
  }
}
