import { hash } from 'node:crypto'
import type { ImageStore } from '../../ports/image-store.ts'
import type { PictureLayer } from './picture-layer.ts'

const isDigest = (digest: string): boolean => /^[0-9a-f]{64}$/.test(digest)

/**
 * A store with a fast layer before it. Copies are made of what is read, so that only what is asked
 * for again takes room. A layer that fails is passed over.
 * @param isTrusted false when others can write into the layer: then its bytes are hashed again.
 */
export function createHotImageStore(
  store: ImageStore,
  layer: PictureLayer,
  { isTrusted }: { readonly isTrusted: boolean },
): ImageStore {
  const recall = async (digest: string): Promise<Uint8Array | undefined> => {
    if (!isDigest(digest)) return undefined
    const found = await layer.get(digest).catch(() => undefined)
    if (found === undefined || isTrusted || hash('sha256', found, 'hex') === digest) return found
    await layer.remove(digest).catch(() => undefined)
    return undefined
  }
  const get = async (digest: string): Promise<Uint8Array | undefined> => {
    const hot = await recall(digest)
    if (hot !== undefined) return hot
    const bytes = await store.get(digest)
    if (bytes !== undefined && bytes.length <= layer.maxBytes) {
      // Nobody waits for the copy.
      layer.set(digest, bytes).catch(() => undefined)
    }
    return bytes
  }
  return {
    ...store,
    get,
    size: async (digest) =>
      (isTrusted ? await recall(digest) : undefined)?.length ?? store.size(digest),
    async *read(digest, range) {
      const hot = await recall(digest)
      const size = hot?.length ?? (await store.size(digest))
      const isSmall = size !== undefined && size <= layer.maxBytes && range.end < size
      const bytes = isSmall ? (hot ?? (await get(digest))) : undefined
      if (bytes === undefined) yield* store.read(digest, range)
      else yield bytes.subarray(range.start, range.end + 1)
    },
    remove: async (digest) => {
      await store.remove(digest)
      await layer.remove(digest).catch(() => undefined)
    },
  }
}
