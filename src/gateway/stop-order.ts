/** Whether, and how far, the work on a request is to stop. */
export interface Stop {
  /** Aborts when nothing more may be bought: what was not sent to a provider yet is left out. */
  readonly buying: AbortSignal
  /** Aborts when calls under way are to be given up as well, where that saves money. */
  readonly calls: AbortSignal
}

/** A {@link Stop} with the means to order it. Orders are never taken back. */
export interface StopOrder extends Stop {
  /** The caller does not wait any more. */
  leave(options: { readonly givesUpCalls: boolean }): void
}

/** Makes a stop that nobody has ordered yet. */
export function openStop(): StopOrder {
  const buying = new AbortController()
  const calls = new AbortController()
  return {
    buying: buying.signal,
    calls: calls.signal,
    leave: ({ givesUpCalls }) => {
      buying.abort()
      if (givesUpCalls) calls.abort()
    },
  }
}

/** The same stop, which is ordered as well when a signal aborts. */
export const stoppedBy = ({ buying, calls }: Stop, gone: AbortSignal): Stop => ({
  buying: AbortSignal.any([buying, gone]),
  calls: AbortSignal.any([calls, gone]),
})

/** Calls `then` once a signal aborts, at once when it has. */
export function onAbort(signal: AbortSignal | undefined, then: () => void): void {
  if (signal?.aborted === true) then()
  else signal?.addEventListener('abort', then, { once: true })
}
