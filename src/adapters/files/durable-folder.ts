import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { type FileCalls, isMissing, isThere } from './file-calls.ts'
import { OpenFolders } from './open-folders.ts'

/** Temporary files this old belong to nobody: no write takes so long. */
const MAX_TEMPORARY_AGE_MS = 3_600_000
/** Temporary files looked at when the store is opened. */
const MAX_SWEPT = 10_000

/**
 * A folder in which files appear whole or not at all, and stay. A file is written under a temporary
 * name, made durable, then renamed; a rename is durable only when the folder it happened in is, so
 * that one is synced as well. Without it a power cut could take back a picture that was
 * acknowledged.
 */
export class DurableFolder {
  readonly #files: FileCalls
  readonly #folders: OpenFolders
  readonly #temporary: string
  readonly #now: () => number
  /** Names must not clash with those of other processes on the same folder. */
  readonly #prefix = randomBytes(9).toString('hex')
  #count = 0
  #ready: Promise<void> | undefined

  /** @param now Wall time, to find out which temporary files are left over. */
  constructor(root: string, files: FileCalls, now: () => number) {
    this.#files = files
    this.#folders = new OpenFolders(files)
    this.#temporary = join(root, 'tmp')
    this.#now = now
  }

  /**
   * Writes a file under a temporary name. What cannot be written leaves nothing.
   * @returns the temporary path, for {@link publish} or {@link keep}
   */
  async write(
    content: (file: number) => Promise<void>,
    { isDurable }: { readonly isDurable: boolean } = { isDurable: true },
  ): Promise<string> {
    await this.#prepare()
    const path = join(this.#temporary, `${this.#prefix}-${this.#count}`)
    this.#count += 1
    const file = await this.#files.create(path)
    try {
      await content(file)
      if (isDurable) await this.#files.dataSync(file)
    } catch (error) {
      await this.#files.close(file).catch(ignored)
      await this.discard(path)
      throw error
    }
    await this.#files.close(file)
    return path
  }

  /** Gives a durable temporary file its place, for good. It replaces what lies there. */
  async publish(temporary: string, path: string): Promise<void> {
    try {
      await this.#place(() => this.#files.rename(temporary, path), path)
    } catch (error) {
      await this.discard(temporary)
      throw error
    }
    await this.syncFolder(dirname(path))
  }

  /**
   * Gives a temporary file that may not be durable its place, unless a file lies there: that one
   * may be durable, and must not be replaced by less.
   */
  async keep(temporary: string, path: string): Promise<void> {
    try {
      await this.#place(() => this.#files.link(temporary, path), path)
    } catch (error) {
      // Not every file system has links. Without them the file is made durable and may replace.
      if (!isThere(error)) return this.#publishLate(temporary, path)
    }
    await this.discard(temporary)
  }

  async #publishLate(temporary: string, path: string): Promise<void> {
    try {
      const file = await this.#files.open(temporary)
      try {
        await this.#files.dataSync(file)
      } finally {
        await this.#files.close(file)
      }
    } catch (error) {
      await this.discard(temporary)
      throw error
    }
    await this.publish(temporary, path)
  }

  /** Removes a temporary file; what remains is swept at a later start. */
  async discard(temporary: string): Promise<void> {
    await this.#files.unlink(temporary).catch(ignored)
  }

  /** Makes a folder's entries durable. Windows has no such call; there the journal must do. */
  async syncFolder(path: string): Promise<void> {
    if (process.platform !== 'win32') await this.#folders.sync(path)
  }

  /** Tries again when the folder of `path` is missing: it may never have been, or be removed. */
  async #place(place: () => Promise<void>, path: string): Promise<void> {
    try {
      await place()
    } catch (error) {
      if (!isMissing(error)) throw error
      await this.#makeFolder(dirname(path))
      await place()
    }
  }

  /** A new folder is an entry of its parent, which is to be durable too. */
  async #makeFolder(path: string): Promise<void> {
    const first = await this.#files.makeFolder(path)
    this.#folders.forget(path)
    if (first === undefined) return
    const top = dirname(first)
    let parent = dirname(path)
    while (parent.length > top.length) {
      this.#folders.forget(parent)
      await this.syncFolder(parent)
      parent = dirname(parent)
    }
    await this.syncFolder(top)
  }

  /** Done once; after a failure it is tried again. */
  #prepare(): Promise<void> {
    this.#ready ??= this.#sweep().catch((error: unknown) => {
      this.#ready = undefined
      throw error
    })
    return this.#ready
  }

  /** Creates the folder of temporary files and removes those that a crash has left. */
  async #sweep(): Promise<void> {
    await this.#makeFolder(this.#temporary)
    const names = await this.#files.list(this.#temporary)
    const oldest = this.#now() - MAX_TEMPORARY_AGE_MS
    for (const name of names.slice(0, MAX_SWEPT)) {
      const path = join(this.#temporary, name)
      // Another process may have removed it meanwhile.
      const modifiedAt = await this.#files.facts(path).then(
        (facts) => facts.modifiedAt,
        () => Number.POSITIVE_INFINITY,
      )
      if (modifiedAt < oldest) await this.discard(path)
    }
  }
}

/**
 * For calls after which nothing better can be done: the error that led here is the one to report.
 */
const ignored = (): void => undefined
