import * as fs from 'node:fs'
import { promisify } from 'node:util'

const stat = promisify(fs.stat)
const fstat = promisify(fs.fstat)
const write = promisify(fs.write)
const read = promisify(fs.read)
const open = promisify(fs.open)
const readdir = promisify(fs.readdir)

/** A piece of memory and the place of a file it belongs to. */
export interface FilePiece {
  readonly bytes: Uint8Array
  readonly offset: number
  readonly position: number
}

/** The calls to the file system that the store makes; tests let single ones fail. */
export interface FileCalls {
  /** Creates a file that must not exist; for writing. */
  create(path: string): Promise<number>
  /** Opens a file or folder for reading. */
  open(path: string): Promise<number>
  /** Writes from `offset` to the end of `bytes`; says how much was taken. */
  write(file: number, piece: FilePiece): Promise<number>
  /** Fills `bytes` from `offset` on; 0 at the end of the file. */
  read(file: number, piece: FilePiece): Promise<number>
  /** Makes the content durable. */
  dataSync(file: number): Promise<void>
  /** Makes content and attributes durable; of a folder: its entries. */
  sync(file: number): Promise<void>
  close(file: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Gives a file a second name, which must not exist. */
  link(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
  /** Creates a folder with its parents; the topmost one that was missing, or undefined. */
  makeFolder(path: string): Promise<string | undefined>
  list(path: string): Promise<readonly string[]>
  facts(target: string | number): Promise<{ readonly size: number; readonly modifiedAt: number }>
}

/** Pictures belong to their gateway; nobody else on the machine reads them. */
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

/**
 * The real calls. Plain descriptors, since file handles cost about a fifth more CPU on small files.
 */
export const nodeFiles: FileCalls = {
  create: (path) => open(path, 'wx', FILE_MODE),
  open: (path) => open(path, 'r'),
  write: async (file, { bytes, offset, position }) => {
    const { bytesWritten } = await write(file, bytes, offset, bytes.length - offset, position)
    return bytesWritten
  },
  read: async (file, { bytes, offset, position }) => {
    const { bytesRead } = await read(file, bytes, offset, bytes.length - offset, position)
    return bytesRead
  },
  dataSync: promisify(fs.fdatasync),
  sync: promisify(fs.fsync),
  close: promisify(fs.close),
  rename: promisify(fs.rename),
  link: promisify(fs.link),
  unlink: promisify(fs.unlink),
  makeFolder: (path) => fs.promises.mkdir(path, { recursive: true, mode: FOLDER_MODE }),
  list: (path) => readdir(path),
  facts: async (target) => {
    const { size, mtimeMs } = typeof target === 'string' ? await stat(target) : await fstat(target)
    return { size, modifiedAt: mtimeMs }
  },
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/** Whether a call failed because the file or folder is not there. */
export const isMissing = (error: unknown): boolean => hasCode(error, 'ENOENT')

/** Whether a call failed because there is a file already. */
export const isThere = (error: unknown): boolean => hasCode(error, 'EEXIST')
