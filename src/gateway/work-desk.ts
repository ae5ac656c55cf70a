/** The requests that this process works on now. */
export class WorkDesk {
  readonly #running = new Map<string, Promise<unknown>>()

  /** Notes work on a request until it has ended, however it ends. */
  add(requestId: string, work: Promise<unknown>): void {
    const quiet = work
      .catch(() => undefined)
      .finally(() => {
        if (this.#running.get(requestId) === quiet) this.#running.delete(requestId)
      })
    this.#running.set(requestId, quiet)
  }

  /** Whether this process works on a request. */
  isAtWork(requestId: string): boolean {
    return this.#running.has(requestId)
  }

  /** Resolves when all the work of this moment has ended. */
  async empty(): Promise<void> {
    await Promise.all(this.#running.values())
  }
}
