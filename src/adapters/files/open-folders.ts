import type { FileCalls } from './file-calls.ts'

/** Folders that stay open at once: all that pictures lie in. */
const MAX_OPEN = 256
/**
 * How long a folder stays open. It ends what would otherwise last for ever: descriptors of a store
 * that nobody uses any more, and of a folder that was replaced by another one of its name.
 */
const OPEN_MS = 10_000

interface OpenFolder {
  readonly file: Promise<number>
  readonly timer: NodeJS.Timeout
  users: number
  isOver: boolean
}

/** Syncs folders and keeps them open meanwhile: opening and closing costs twice as much. */
export class OpenFolders {
  readonly #files: FileCalls
  readonly #maxOpen: number
  /** The one opened first comes first. */
  readonly #folders = new Map<string, OpenFolder>()

  constructor(files: FileCalls, maxOpen = MAX_OPEN) {
    this.#files = files
    this.#maxOpen = maxOpen
  }

  /** Makes a folder's entries durable. */
  async sync(path: string): Promise<void> {
    const folder = this.#folders.get(path) ?? this.#open(path)
    folder.users += 1
    try {
      await this.#files.sync(await folder.file)
    } catch (error) {
      this.forget(path)
      throw error
    } finally {
      folder.users -= 1
      this.#closeIfOver(folder)
    }
  }

  /** Closes a folder as soon as nobody uses it: by this name there may be another one now. */
  forget(path: string): void {
    const folder = this.#folders.get(path)
    if (folder === undefined) return
    this.#folders.delete(path)
    clearTimeout(folder.timer)
    folder.isOver = true
    this.#closeIfOver(folder)
  }

  #open(path: string): OpenFolder {
    const [first] = this.#folders.keys()
    if (first !== undefined && this.#folders.size >= this.#maxOpen) this.forget(first)
    const timer = setTimeout(() => this.forget(path), OPEN_MS).unref()
    const folder = { file: this.#files.open(path), timer, users: 0, isOver: false }
    this.#folders.set(path, folder)
    return folder
  }

  #closeIfOver({ isOver, users, file }: OpenFolder): void {
    if (!isOver || users > 0) return
    // What was not opened need not be closed, and nothing was written through it.
    file.then((descriptor) => this.#files.close(descriptor)).catch(() => undefined)
  }
}
