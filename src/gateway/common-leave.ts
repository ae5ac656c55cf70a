/** Clients that wait for one piece of work; it is given up when all of them have gone. */
export interface CommonLeave {
  /** Aborts when everybody has gone. */
  readonly gone: AbortSignal
  /** One more waits for it; without a signal it stays for ever. */
  join(gone: AbortSignal | undefined): void
}

/** Nobody waits yet, and nobody has gone. */
export function openCommonLeave(): CommonLeave {
  const all = new AbortController()
  let waiting = 0
  const leave = (): void => {
    waiting -= 1
    if (waiting === 0) all.abort()
  }
  return {
    gone: all.signal,
    join: (gone) => {
      waiting += 1
      if (gone?.aborted === true) leave()
      else gone?.addEventListener('abort', leave, { once: true })
    },
  }
}
