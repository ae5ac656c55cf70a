/** One request as the sandbox remembers it: never bodies, queries, headers or keys. */
export interface LoggedRequest {
  readonly provider: string
  readonly method: string
  /** Without the query, which can carry a key. */
  readonly path: string
  /** Milliseconds since 1970, by the sandbox's clock. */
  readonly at: number
  /** Null when no status was sent, or not yet. */
  status: number | null
}

/** Requests remembered. */
export const MAX_LOGGED_REQUESTS = 1_000

/** The latest requests to emulators. */
export interface RequestLog {
  /** Remembers a request at its arrival; its status is filled in later. */
  begin(request: Omit<LoggedRequest, 'status'>): LoggedRequest
  /** Oldest first. */
  latest(): readonly LoggedRequest[]
}

/** An empty log. */
export function createRequestLog(): RequestLog {
  const requests: LoggedRequest[] = []
  return {
    begin(request) {
      const logged = { ...request, status: null }
      requests.push(logged)
      if (requests.length > MAX_LOGGED_REQUESTS) requests.shift()
      return logged
    },
    latest: () => [...requests],
  }
}
