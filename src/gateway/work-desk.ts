import type { PartialImage } from '../ports/provider.ts'
import type { AttemptProgress, Watch } from './run.ts'

/** What of the work that others left may be taken up here: all of it, or lines of one batch. */
export interface WorkScope {
  readonly batchId?: string
}

/** What is told of work while it goes on. */
export type WorkNews =
  | { readonly kind: 'partial'; readonly partial: PartialImage }
  | { readonly kind: 'progress'; readonly progress: AttemptProgress }

/** What can be done with work on a request while it goes on. */
interface Work {
  /** Resolves when it has ended, however it ends. */
  readonly ended: Promise<void>
  readonly cancel: () => void
  readonly listeners: Set<(news: WorkNews) => void>
}

/** The requests that this process works on now. */
export class WorkDesk {
  readonly #running = new Map<string, Work>()

  /**
   * Notes work on a request until it has ended, however it ends.
   * @param cancel how it is told to stop.
   */
  add(requestId: string, work: Promise<unknown>, cancel: () => void): void {
    const ended = work
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => {
        if (this.#running.get(requestId)?.ended === ended) this.#running.delete(requestId)
      })
    this.#running.set(requestId, { ended, cancel, listeners: new Set() })
  }

  /** Whether this process works on a request. */
  isAtWork(requestId: string): boolean {
    return this.#running.has(requestId)
  }

  /** Resolves when the work on a request has ended; undefined when it is not done here. */
  end(requestId: string): Promise<void> | undefined {
    return this.#running.get(requestId)?.ended
  }

  /** Tells work to stop; whoever does not work on it does nothing. */
  cancel(requestId: string): void {
    this.#running.get(requestId)?.cancel()
  }

  /**
   * What passes the news of one request on to whoever listens.
   * @param idOf asked at each of them: work may begin before its id is known.
   */
  teller(idOf: () => string): Required<Pick<Watch, 'onPartial' | 'onProgress'>> {
    const tell = (news: WorkNews): void => {
      for (const listener of this.#running.get(idOf())?.listeners ?? []) listener(news)
    }
    return {
      onPartial: (partial) => tell({ kind: 'partial', partial }),
      onProgress: (progress) => tell({ kind: 'progress', progress }),
    }
  }

  /** Listens to the news of work that is done here. @returns what ends the listening. */
  listen(requestId: string, listener: (news: WorkNews) => void): () => void {
    const listeners = this.#running.get(requestId)?.listeners
    listeners?.add(listener)
    return () => listeners?.delete(listener)
  }

  /** Resolves when all the work of this moment has ended. */
  async empty(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ ended }) => ended))
  }
}
