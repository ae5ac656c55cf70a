import type { ServerResponse } from 'node:http'

/** A client that may close its connection before it has its answer. */
export interface WatchedClient {
  /** Aborts when it does. */
  readonly gone: AbortSignal
  /** From now on nothing is made of its going: it was told to come back later. */
  unwatch(): void
}

/** Watches the client of an answer. */
export function watchClient(raw: ServerResponse): WatchedClient {
  const gone = new AbortController()
  const look = (): void => {
    if (!raw.writableFinished) gone.abort()
  }
  // It may have gone while its upload was being read.
  if (raw.destroyed) look()
  raw.once('close', look)
  return { gone: gone.signal, unwatch: () => raw.removeListener('close', look) }
}
