import type { ImageFormat, Size } from '../../core/request/image-request.ts'

/** A request as an emulator sees it: the raw wire, already read to its end. */
export interface EmulatorRequest {
  readonly method: string
  /** Path below the emulator's prefix, decoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Lower-case names; a repeated header's values joined by `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: Uint8Array
  /** `http://host:port/prefix`, for links in answers. */
  readonly baseUrl: string
  /** Aborts when the client closes the connection. */
  readonly signal: AbortSignal
}

/** An emulator's answer; `fault` answers are made by the kit. */
export interface EmulatorAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text, bytes, or chunks written as they come (streams). */
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array>
}

/** A picture to draw: deterministic in all fields, visibly marked SANDBOX. */
export interface Drawing extends Size {
  readonly prompt: string
  readonly seed: number
  readonly format: ImageFormat
  readonly transparent?: boolean
  /** 0 = finished; 1..3 = ever coarser previews. */
  readonly coarseness?: number
  /** All pixels the same: what a withheld or failed picture looks like. */
  readonly blank?: boolean
  readonly blurred?: boolean
  /** Texts that the prompt quotes stand in it with a mistake. */
  readonly misspelt?: boolean
}

/** A WebSocket that a client opened, from the emulator's side. */
export interface EmulatorSocket {
  send(message: string | Uint8Array): void
  /** Ends the connection in good order. */
  close(): void
  /** Breaks the connection, without a word. */
  destroy(): void
  /** Takes the texts that the client sends. */
  onText(listener: (text: string) => void): void
  /** Aborts when the connection has ended, whoever ended it. */
  readonly closed: AbortSignal
}

/** What the sandbox gives each provider's emulator. */
export interface EmulatorKit {
  draw(drawing: Drawing): Promise<Uint8Array>
  /** Reads a multipart body into fields and files. Rejects on a malformed one. */
  multipart(request: EmulatorRequest): Promise<{
    readonly fields: ReadonlyMap<string, readonly string[]>
    readonly files: readonly {
      readonly name: string
      readonly filename: string
      readonly contentType: string
      readonly bytes: Uint8Array
    }[]
  }>
  /** Waits the emulated time of a model, divided by the sandbox's speed. */
  latency(typicalSeconds: number, signal?: AbortSignal): Promise<void>
  /** Milliseconds since 1970, as the emulated provider sees them (virtual in tests). */
  now(): number
  /** Scales a provider-side life time (expiring links, job times) by the sandbox's speed. */
  scaled(milliseconds: number): number
  /** An id of `length` hex digits, from the sandbox's seeded random source. */
  hexId(length: number): string
  /** A stable 32-bit number from text, for emulated random choices. */
  hash(text: string): number
  /** Notes what this provider would have billed; tests compare it with our ledger. */
  bill(entry: {
    readonly model: string
    readonly images: number
    readonly dollars: string
    readonly requestId: string
  }): void
  /**
   * The fault asked for by a sentinel word in the prompt (`sandbox:moderate-input`), by the header
   * `x-sandbox-fault`, by the control endpoint or by percentage; undefined for none. Emulators
   * handle the faults of their wire format; transport faults are made by the server before this.
   */
  fault(request: EmulatorRequest, prompt: string): Fault | undefined
  /**
   * The kit of a request inside this one, with a latency and a fault of its own; where it is absent
   * all of them have those of the whole.
   */
  inner?(request: EmulatorRequest): EmulatorKit
  /** A place for the emulator's own state (jobs, counters), one object per emulator and server. */
  readonly state: Map<string, unknown>
}

/** Faults that an emulator plays in its provider's own words. */
export const faults = [
  'moderate-input',
  'moderate-output',
  'invalid-key',
  'no-credit',
  'rate-limit',
  'user-error',
  'model-gone',
  'server-error',
  'server-error-billed',
  'overloaded',
  'empty',
  'wrong-count',
  'wrong-size',
  'not-an-image',
  'truncated',
  'blank',
  'error-in-200',
  'html',
  'hang',
  'reset-before-headers',
  'reset-in-body',
  'endless-body',
  'slow-body',
  'job-stuck',
  'job-vanishes',
  'job-fails',
  // Said to have failed, and when asked again to have succeeded.
  'job-flips',
  'link-forbidden',
  'link-expired',
  'link-private',
  'cost-differs',
  'webhook-twice',
  // Before the answer to the submit.
  'webhook-early',
  'webhook-forged',
  'webhook-never',
  // Of sockets that tell of jobs; what a job gives is the same.
  'socket-refused',
  'socket-breaks',
  'socket-silent',
  'socket-disorder',
  // Of the way to a provider: the connection does not come about.
  'connect-refused',
  'connect-hang',
  'dns-failure',
  'tls-failure',
  // The rest is made by the sandbox's server alone, for all providers alike.
  'reset-in-headers',
  'reset-after-headers',
  'slow-headers-31',
  'slow-headers-61',
  'slow-headers-121',
  'slow-headers-301',
  'content-length-long',
  'content-length-short',
  'region-blocked',
  'request-timeout',
  'conflict',
  'too-large',
  'unprocessable',
  'too-early',
  'rate-limit-date',
  'rate-limit-bare',
  'rate-limit-absurd',
  'bad-gateway',
  'overloaded-retry-after',
  'gateway-timeout-billed',
  'same-image',
  'deprecated-model',
  'slow-down',
  'flapping',
] as const
/** See {@link faults}. */
export type Fault = (typeof faults)[number]

/** A provider's emulator: routes on its native wire format. Default export of each `sandbox.ts`. */
export interface Emulator {
  /** The provider's id; also the path prefix on the sandbox server. */
  readonly id: string
  /** The provider's API root below the prefix, such as `/v1`; part of its base URL. */
  readonly basePath: string
  handle(request: EmulatorRequest, kit: EmulatorKit): Promise<EmulatorAnswer>
  /**
   * Decides about a WebSocket before it is opened: what takes it, or the answer that refuses it.
   * Absent for providers that have none.
   */
  connect?(
    request: EmulatorRequest,
    kit: EmulatorKit,
  ): EmulatorAnswer | ((socket: EmulatorSocket) => void)
}

/** Declares an emulator; gives it its type and nothing else. */
export const defineEmulator = (emulator: Emulator): Emulator => emulator
