import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { ImageStore, StoreLimitError } from '../../ports/image-store.ts'
import { DurableFolder } from './durable-folder.ts'
import { type FileCalls, isMissing, nodeFiles } from './file-calls.ts'

/** A name in the store. Nothing else ever becomes part of a path. */
const DIGEST = /^[0-9a-f]{64}$/
/** Bytes that are read at once when a picture is streamed out. */
const READ_BYTES = 256 * 1024
/** Bytes that are gathered before they are written when a picture is streamed in. */
const WRITE_BYTES = 256 * 1024
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

  return {
    // Not asked first whether it is there: the same bytes may replace each other.
    put: async (digest, bytes) => {
      const path = pathOf(digest)
      const temporary = await folder.write((file) => writeAll(files, file, bytes, 0))
      await folder.publish(temporary, path)
    },

    putStream: async (source, maxBytes) => {
      const hash = createHash('sha256')
      let byteLength = 0
      const write = async (file: number): Promise<void> => {
        for await (const piece of inLargePieces(source)) {
          if (byteLength + piece.length > maxBytes) throw limitError(maxBytes)
          hash.update(piece)
          await writeAll(files, file, piece, byteLength)
          byteLength += piece.length
        }
      }
      const temporary = await folder.write(write, { isDurable: false })
      const digest = hash.digest('hex')
      await folder.keep(temporary, pathOf(digest))
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

/** The same bytes in fewer pieces, since each costs a call to the disk. */
async function* inLargePieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of source) {
    pieces.push(piece)
    length += piece.length
    if (length < WRITE_BYTES) continue
    yield Buffer.concat(pieces, length)
    pieces = []
    length = 0
  }
  yield Buffer.concat(pieces, length)
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
