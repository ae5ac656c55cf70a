import type { ImageStore } from '../../ports/image-store.ts'

/** Where pictures really belong; uploads of unknown content go through the folder. */
export type FinalStore = Omit<ImageStore, 'putStream'>

/**
 * A store that is far away with a folder before it: what the store does not take now waits in the
 * folder, so that no picture is lost and no answer waits for a store that is down. Reads look in
 * the folder first. `drain` carries on what waits.
 * @param onSpooled told why the store failed, for the log.
 */
export function createSpooledStore(
  spool: ImageStore,
  final: FinalStore,
  onSpooled: (error: unknown) => void,
): ImageStore {
  const isWaiting = async (digest: string): Promise<boolean> =>
    (await spool.size(digest)) !== undefined
  return {
    put: async (digest, bytes) => {
      try {
        await final.put(digest, bytes)
      } catch (error) {
        onSpooled(error)
        await spool.put(digest, bytes)
      }
    },
    putStream: async (source, maxBytes) => {
      const stored = await spool.putStream(source, maxBytes)
      const bytes = await spool.get(stored.digest)
      try {
        if (bytes !== undefined) await final.put(stored.digest, bytes)
        await spool.remove(stored.digest)
      } catch (error) {
        onSpooled(error)
      }
      return stored
    },
    get: async (digest) => (await spool.get(digest)) ?? final.get(digest),
    size: async (digest) => (await spool.size(digest)) ?? final.size(digest),
    async *read(digest, range) {
      yield* ((await isWaiting(digest)) ? spool : final).read(digest, range)
    },
    remove: async (digest) => {
      await Promise.all([spool.remove(digest), final.remove(digest)])
    },
    // While the folder takes pictures, none is lost.
    check: () => spool.check(),
  }
}
