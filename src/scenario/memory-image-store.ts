import { hash } from 'node:crypto'
import type { ImageStore } from '../ports/image-store.ts'

/** Pictures in memory, the latest ones only: a rehearsal looks at none of them twice. */
const KEPT = 1_000

/** A picture store for a rehearsal. Nothing survives it. */
export function memoryImageStore(): ImageStore {
  const pictures = new Map<string, Uint8Array>()
  const put = async (digest: string, bytes: Uint8Array): Promise<void> => {
    pictures.set(digest, bytes)
    const [oldest] = pictures.keys()
    if (pictures.size > KEPT && oldest !== undefined) pictures.delete(oldest)
  }
  return {
    put,
    async putStream(source) {
      const chunks: Uint8Array[] = []
      for await (const chunk of source) chunks.push(chunk)
      const bytes = Buffer.concat(chunks)
      const digest = hash('sha256', bytes, 'hex')
      await put(digest, bytes)
      return { digest, byteLength: bytes.byteLength }
    },
    get: async (digest) => pictures.get(digest),
    size: async (digest) => pictures.get(digest)?.byteLength,
    async *read(digest, { start, end }) {
      const bytes = pictures.get(digest)
      if (bytes !== undefined) yield bytes.subarray(start, end + 1)
    },
    remove: async (digest) => {
      pictures.delete(digest)
    },
    check: async () => undefined,
  }
}
