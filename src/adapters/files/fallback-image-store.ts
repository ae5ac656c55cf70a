import type { ImageStore } from '../../ports/image-store.ts'

/**
 * Keeps paid pictures when the first store cannot be written: they go to the second one, and reads
 * look in both. Uploads are not paid for, so they fail with the first store.
 * @param onFallback told why the first store failed, for the log.
 */
export function createFallbackStore(
  first: ImageStore,
  second: ImageStore,
  onFallback: (error: unknown) => void,
): ImageStore {
  const holderOf = async (digest: string): Promise<ImageStore> =>
    (await first.size(digest)) === undefined ? second : first
  return {
    put: async (digest, bytes) => {
      try {
        await first.put(digest, bytes)
      } catch (error) {
        onFallback(error)
        await second.put(digest, bytes)
      }
    },
    putStream: (source, maxBytes) => first.putStream(source, maxBytes),
    get: async (digest) => (await first.get(digest)) ?? second.get(digest),
    size: async (digest) => (await first.size(digest)) ?? second.size(digest),
    async *read(digest, range) {
      yield* (await holderOf(digest)).read(digest, range)
    },
    remove: async (digest) => {
      await Promise.all([first.remove(digest), second.remove(digest)])
    },
    check: () => first.check(),
  }
}
