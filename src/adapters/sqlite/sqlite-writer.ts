import { Worker } from 'node:worker_threads'
import type { Batch } from '../database/batch.ts'
import type { Outcome, RefusedBatch } from '../database/engine.ts'
import { closedError, unavailableError } from '../database/errors.ts'
import type { Printed } from '../database/printed.ts'
import { toStoreError } from './sqlite-error.ts'
import type { WriteAnswer, WriteOrder, WriterSettings } from './write-worker.ts'

/** TypeScript in the repository, JavaScript in the package: the build turns the ending. */
const WORKER = new URL('./write-worker.ts', import.meta.url)

interface Waiting {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (error: unknown) => void
}

/**
 * Writes in a thread of its own, which starts with the first write and again after it has died.
 * It keeps the process alive only while something is being written.
 */
export class SqliteWriter {
  readonly #settings: () => WriterSettings
  readonly #file: URL
  #worker: Worker | undefined
  /** In the order of the worker's answers. */
  #waiting: Waiting[] = []
  #isClosed = false

  /**
   * @param settings asked for when the thread starts.
   * @param file the worker; tests bring their own.
   */
  constructor(settings: () => WriterSettings, file = WORKER) {
    this.#settings = settings
    this.#file = file
  }

  /** Writes a group in one transaction. @returns what was refused. */
  async write(batches: readonly Batch[]): Promise<readonly RefusedBatch[]> {
    const { rows } = await this.#ask({ kind: 'group', batches })
    return rows as readonly RefusedBatch[]
  }

  /** Runs one query that writes. */
  execute({ sql, parameters }: Printed): Promise<Outcome> {
    return this.#ask({ kind: 'query', query: { sql, parameters } })
  }

  /** Ends the thread, after what it was asked before. */
  async close(): Promise<void> {
    const worker = this.#worker
    if (this.#isClosed || worker === undefined) {
      this.#isClosed = true
      return
    }
    const closing = this.#ask({ kind: 'close' })
    this.#isClosed = true
    // A thread that dies meanwhile is closed as well.
    await closing.catch(() => undefined)
    await worker.terminate()
  }

  #ask(order: WriteOrder): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closedError()
      this.#worker ??= this.#start()
      this.#worker.postMessage(order)
      if (this.#waiting.length === 0) this.#worker.ref()
      this.#waiting.push({ resolve, reject })
    })
  }

  #start(): Worker {
    const worker = new Worker(this.#file, {
      workerData: this.#settings(),
      // What the process was started with is for the main thread; some of it workers would refuse.
      execArgv: [],
    })
    worker.unref()
    worker.on('message', (answer: WriteAnswer) => {
      const next = this.#waiting.shift()
      if (this.#waiting.length === 0) worker.unref()
      if ('outcome' in answer) next?.resolve(answer.outcome)
      else next?.reject(toStoreError(Object.assign(answer.error, answer.members)))
    })
    worker.on('error', (error) => this.#lost(worker, error))
    worker.on('exit', (code) => this.#lost(worker, new Error(`it ended with code ${code}`)))
    return worker
  }

  /** The thread has died, maybe while a transaction was being confirmed. */
  #lost(worker: Worker, cause: unknown): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const error = unavailableError('SQLite', cause, true)
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
