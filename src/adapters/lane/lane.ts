import type { BusyError } from '../../ports/busy-error.ts'

/** An error that says that something was not tried. */
export const busyError = (text: string): BusyError =>
  Object.assign(new Error(text), { isBusy: true as const })

/**
 * Lets a few tasks run at once and a few more wait, in order. The pool's own queue does not count
 * tasks that can be given up, and forgets those behind one whose thread was ended (piscina 5.3.2).
 */
export class Lane {
  readonly #maxRunning: number
  readonly #maxWaiting: number
  readonly #waiting: (() => void)[] = []
  #running = 0
  #isClosed = false

  constructor(maxRunning: number, maxWaiting: number) {
    this.#maxRunning = maxRunning
    this.#maxWaiting = maxWaiting
  }

  /**
   * Runs a task when it is its turn. Rejects at once when too many wait, or after the end: busy.
   */
  async run<Output>(task: () => Promise<Output>): Promise<Output> {
    this.#checkOpen()
    if (this.#running < this.#maxRunning) this.#running += 1
    else await this.#turn()
    try {
      this.#checkOpen()
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#running -= 1
      else next()
    }
  }

  /** Refuses everything from now on, also what waits. */
  close(): void {
    this.#isClosed = true
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= this.#maxWaiting) {
      return Promise.reject(busyError(`more than ${this.#maxWaiting} pictures wait`))
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  #checkOpen(): void {
    if (this.#isClosed) throw busyError('nothing is taken any more')
  }
}
