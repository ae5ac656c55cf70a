import type { PictureLayer } from './picture-layer.ts'

/** Share of the memory that one picture may take: a large one must not push all others out. */
const LARGEST_SHARE = 1 / 32

/** Keeps the pictures that were asked for last in the memory of this process. */
export function createMemoryLayer(limitBytes: number): PictureLayer {
  const pictures = new Map<string, Uint8Array>()
  let used = 0
  const forget = (digest: string): void => {
    used -= pictures.get(digest)?.length ?? 0
    pictures.delete(digest)
  }
  return {
    maxBytes: Math.floor(limitBytes * LARGEST_SHARE),
    get: async (digest) => {
      const found = pictures.get(digest)
      if (found === undefined) return undefined
      // What was asked for last goes last.
      pictures.delete(digest)
      pictures.set(digest, found)
      return found
    },
    set: async (digest, bytes) => {
      forget(digest)
      // A copy: the bytes may be a small part of a large buffer that would stay with them.
      pictures.set(digest, new Uint8Array(bytes))
      used += bytes.length
      for (const [oldest] of pictures) {
        if (used <= limitBytes) return
        forget(oldest)
      }
    },
    remove: async (digest) => forget(digest),
  }
}
