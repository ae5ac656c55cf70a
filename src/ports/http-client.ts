/**
 * Which addresses a request may reach. Decided at connect time on the resolved address, every hop.
 */
export interface AddressPolicy {
  /**
   * Origins (`http://127.0.0.1:9000`) that may be private or loopback; everything else must be
   * public.
   */
  readonly privateOrigins: readonly string[]
}

/** A part of a multipart body. */
export type MultipartPart =
  | { readonly name: string; readonly value: string }
  | {
      readonly name: string
      readonly filename: string
      readonly contentType: string
      readonly bytes: Uint8Array
    }

/**
 * One outgoing request. Bodies are complete in memory: bytes in flight are bounded at admission.
 */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?:
    | { readonly kind: 'json'; readonly value: unknown }
    | { readonly kind: 'multipart'; readonly parts: readonly MultipartPart[] }
    | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  readonly addresses: AddressPolicy
  /**
   * Names of JSON members whose string values are base64 images; they are decoded while streaming.
   * A name with `[]` behind it is that of a list of such strings.
   */
  readonly imageFields?: readonly string[]
  /**
   * A body of status 200 is lines of JSON, each of which `stream` hands out as an event; `maxBytes`
   * is then what one line may have.
   */
  readonly isLines?: boolean
  /**
   * Redirect hops to follow; each is checked like a first request and gets no credential headers. 0
   * = none.
   */
  readonly maxRedirects: number
  /** Until response headers, and for the whole exchange, in milliseconds. */
  readonly timeouts: { readonly headersMs: number; readonly totalMs: number }
  /** More bytes of decoded images or body than this end the exchange. */
  readonly maxBytes: number
  readonly signal?: AbortSignal
  /** See {@link OnConnecting}. */
  readonly onConnecting?: OnConnecting
}

/**
 * Told when a request looks for a connection; what it returns is told whether there was one: right
 * before the request is written, or at its end.
 */
export type OnConnecting = () => (isConnected: boolean) => void

/** The bytes of one image with their SHA-256 (lower-case hex), computed while they arrived. */
export interface ImageBytes {
  readonly bytes: Uint8Array
  readonly digest: string
}

/** A complete answer. */
export interface HttpAnswer {
  readonly status: number
  /** Lower-case names; repeated headers joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /**
   * Parsed JSON when the body is JSON: each image string is replaced by `{ "keeprate_image": index
   * }`
   * pointing into `images`. Undefined otherwise.
   */
  readonly json?: unknown
  /** The first 4 kB of a body that is neither JSON nor an image, for error messages. */
  readonly text?: string
  readonly images: readonly ImageBytes[]
}

/** One server-sent event. */
export interface HttpEvent {
  /** What a reader gives as `last-event-id` to go on after it. */
  readonly id?: string
  readonly event: string | undefined
  /** Parsed JSON of `data`, with images replaced as in {@link HttpAnswer.json}. */
  readonly json: unknown
  readonly images: readonly ImageBytes[]
}

/** Why no complete answer arrived. `sent` tells whether the provider may have started to work. */
export interface HttpFailureInfo {
  readonly kind:
    | 'blocked_address'
    | 'dns'
    | 'connect'
    | 'tls'
    | 'timeout'
    | 'reset'
    | 'too_large'
    | 'bad_body'
    | 'too_many_redirects'
    | 'aborted'
  readonly sent: boolean
}

/** Thrown by {@link HttpClient}; recognised by its marker property. */
export interface HttpFailure extends Error {
  readonly httpFailure: HttpFailureInfo
}

/** A WebSocket that is only listened to: it tells of work, and nothing is asked through it. */
export interface SocketRequest {
  /** With `http` or `https`, as every other address of the server. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly addresses: AddressPolicy
  /** The one text that is sent, as soon as it is open. */
  readonly greeting?: string
  /** Longest wait until it is open, in milliseconds. */
  readonly openMs: number
  /** More messages than this end it. How large one may be is the client's own limit. */
  readonly maxMessages: number
  /** Longest time until the server closes it, in milliseconds; none when absent. */
  readonly totalMs?: number
  /** Closes it. */
  readonly signal: AbortSignal
}

/** One whole message: text, or bytes. */
export type SocketMessage = string | Uint8Array

/**
 * The only way out of the process. Sends `accept-encoding: identity` where images are expected,
 * never forwards client headers, checks the resolved address of every hop.
 */
export interface HttpClient {
  /** @throws HttpFailure when no complete answer arrived. Any HTTP status is an answer. */
  send(request: HttpRequest): Promise<HttpAnswer>
  /**
   * Like `send`, but an answer of type `text/event-stream` is yielded event by event; any other
   * answer is returned as a whole in `answer` and yields nothing.
   */
  stream(request: HttpRequest): Promise<{
    readonly answer: HttpAnswer | undefined
    readonly headers: Readonly<Record<string, string>>
    readonly events: AsyncIterable<HttpEvent>
  }>
  /**
   * Listens to a WebSocket until either side closes it; absent where there are none.
   * @throws HttpFailure when it cannot be opened, breaks, or sends more than it may.
   */
  listen?(request: SocketRequest, onMessage: (message: SocketMessage) => void): Promise<void>
  close(): Promise<void>
}
