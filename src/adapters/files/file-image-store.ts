import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { ImageStore, StoreLimitError } from '../../ports/image-store.ts'
import { DurableFolder } from './durable-folder.ts'
import { type FileCalls, isMissing, nodeFiles } from './file-calls.ts'

/** A name in the store. Nothing else ever becomes part of a path. */
const DIGEST = /^[0-9a-f]{64}$/
/** Bytes that are read at once when a picture is streamed out. */
const READ_BYTES = 256 * 1024
/** What `check` writes: one block of a disk. */
const PROBE = Buffer.alloc(4_096)

/** What tests replace. */
export interface FileImageStoreOptions {
  readonly files?: FileCalls
  /** Wall time in milliseconds. */
  readonly now?: () => number
}

/**
 * Pictures in files named by their digest: `<root>/images/ab/<digest>`. Folders are created when
 * they are first needed. One level of 256 is enough for millions of files on today's file systems;
 * with a second one, nearly every picture of the first 65,536 would make a folder, whose entry has
 * to be synced too: half as much CPU again per small picture (measured 2026-11-21, ext4).
 */
export function createFileImageStore(
  root: string,
  { files = nodeFiles, now = Date.now }: FileImageStoreOptions = {},
): ImageStore {
  const folder = new DurableFolder(root, files, now)
  const pathOf = (digest: string): string => {
    if (!DIGEST.test(digest)) throw new RangeError(`not a digest: ${JSON.stringify(digest)}`)
    return join(root, 'images', digest.slice(0, 2), digest)
  }
  const sizeAt = (path: string): Promise<number | undefined> =>
    orMissing(async () => (await files.facts(path)).size)

  /** Whether these bytes are here already; then only their folder may still be unsynced. */
  const isStored = async (path: string, byteLength: number): Promise<boolean> => {
    if ((await sizeAt(path)) !== byteLength) return false
    await folder.syncFolder(dirname(path))
    return true
  }

  return {
    put: async (digest, bytes) => {
      const path = pathOf(digest)
      if (await isStored(path, bytes.length)) return
      const temporary = await folder.write((file) => writeAll(files, file, bytes, 0))
      await folder.publish(temporary, path)
    },

    putStream: async (source, maxBytes) => {
      const hash = createHash('sha256')
      let byteLength = 0
      const temporary = await folder.write(async (file) => {
        for await (const chunk of source) {
          if (byteLength + chunk.length > maxBytes) throw limitError(maxBytes)
          await writeAll(files, file, chunk, byteLength)
          hash.update(chunk)
          byteLength += chunk.length
        }
      })
      const digest = hash.digest('hex')
      const path = pathOf(digest)
      if (await isStored(path, byteLength)) await folder.discard(temporary)
      else await folder.publish(temporary, path)
      return { digest, byteLength }
    },

    get: async (digest) => {
      const path = pathOf(digest)
      return orMissing(() => readFile(files, path))
    },

    size: async (digest) => sizeAt(pathOf(digest)),

    async *read(digest, range) {
      yield* readRange(files, pathOf(digest), range)
    },

    remove: async (digest) => {
      const path = pathOf(digest)
      await orMissing(() => files.unlink(path))
    },

    check: async () => {
      const temporary = await folder.write((file) => writeAll(files, file, PROBE, 0))
      await folder.discard(temporary)
    },
  }
}

async function readFile(files: FileCalls, path: string): Promise<Uint8Array> {
  const file = await files.open(path)
  try {
    const bytes = Buffer.allocUnsafeSlow((await files.facts(file)).size)
    await readAll(files, file, bytes, 0)
    return bytes
  } finally {
    await files.close(file)
  }
}

async function* readRange(
  files: FileCalls,
  path: string,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Uint8Array> {
  const file = await files.open(path)
  try {
    for (let position = start; position <= end; position += READ_BYTES) {
      const bytes = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, end + 1 - position))
      await readAll(files, file, bytes, position)
      yield bytes
    }
  } finally {
    await files.close(file)
  }
}

/** Undefined when the file is not there. */
async function orMissing<Value>(call: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await call()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** A disk that is nearly full takes less than it was given, before it takes nothing. */
async function writeAll(
  files: FileCalls,
  file: number,
  bytes: Uint8Array,
  start: number,
): Promise<void> {
  let offset = 0
  while (offset < bytes.length) {
    const written = await files.write(file, { bytes, offset, position: start + offset })
    if (written === 0) throw new Error('the disk takes no more')
    offset += written
  }
}

async function readAll(
  files: FileCalls,
  file: number,
  bytes: Uint8Array,
  start: number,
): Promise<void> {
  let offset = 0
  while (offset < bytes.length) {
    const count = await files.read(file, { bytes, offset, position: start + offset })
    if (count === 0) throw new RangeError('a range beyond the end of the picture')
    offset += count
  }
}

const limitError = (maxBytes: number): StoreLimitError =>
  Object.assign(new Error(`more than ${maxBytes} bytes`), { storeLimit: { maxBytes } })
