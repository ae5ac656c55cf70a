import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import { type FileCalls, isMissing } from './file-calls.ts'

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
  readonly #temporary: string
  readonly #now: () => number
  /** Names must not clash with those of other processes on the same folder. */
  readonly #prefix = randomBytes(9).toString('hex')
  #count = 0
  #ready: Promise<void> | undefined

  /** @param now Wall time, to find out which temporary files are left over. */
  constructor(root: string, files: FileCalls, now: () => number) {
    this.#files = files
    this.#temporary = join(root, 'tmp')
    this.#now = now
  }

  /**
   * Writes a file under a temporary name and makes it durable. What cannot be written leaves
   * nothing.
   * @returns the temporary path, for {@link publish}
   */
  async write(content: (file: number) => Promise<void>): Promise<string> {
    await this.#prepare()
    const path = join(this.#temporary, `${this.#prefix}-${this.#count}`)
    this.#count += 1
    const file = await this.#files.create(path)
    try {
      await content(file)
      await this.#files.dataSync(file)
    } catch (error) {
      await this.#files.close(file).catch(ignored)
      await this.discard(path)
      throw error
    }
    await this.#files.close(file)
    return path
  }

  /** Gives a temporary file its place. The rename replaces what lies there. */
  async publish(temporary: string, path: string): Promise<void> {
    try {
      await this.#rename(temporary, path)
    } catch (error) {
      await this.discard(temporary)
      throw error
    }
    await this.syncFolder(dirname(path))
  }

  /** Removes a temporary file; what remains is swept at a later start. */
  async discard(temporary: string): Promise<void> {
    await this.#files.unlink(temporary).catch(ignored)
  }

  /** Makes a folder's entries durable. Windows has no such call; there the journal must do. */
  async syncFolder(path: string): Promise<void> {
    if (process.platform === 'win32') return
    const folder = await this.#files.open(path)
    try {
      await this.#files.sync(folder)
    } finally {
      await this.#files.close(folder)
    }
  }

  async #rename(temporary: string, path: string): Promise<void> {
    try {
      await this.#files.rename(temporary, path)
    } catch (error) {
      if (!isMissing(error)) throw error
      await this.#makeFolder(dirname(path))
      await this.#files.rename(temporary, path)
    }
  }

  /** A new folder is an entry of its parent, which is to be durable too. */
  async #makeFolder(path: string): Promise<void> {
    const first = await this.#files.makeFolder(path)
    if (first === undefined) return
    const top = dirname(first)
    let parent = dirname(path)
    while (parent.length > top.length) {
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
