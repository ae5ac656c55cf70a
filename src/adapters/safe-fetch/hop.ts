import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import type {
  HttpAnswer,
  HttpEvent,
  HttpFailure,
  HttpRequest,
  OnConnecting,
} from '../../ports/http-client.ts'
import { type BodyReader, createBodyReader, DrainReader } from './body-reader.ts'
import type { Deadline } from './deadline.ts'
import { EventChannel } from './event-channel.ts'
import { EventReader } from './event-reader.ts'
import { ExchangeError, toHttpFailure } from './failure.ts'
import { LineReader } from './line-reader.ts'
import type { Outgoing } from './outgoing.ts'

/** One request on the wire; redirects make another one. */
export interface Hop {
  readonly dispatcher: Dispatcher
  readonly url: URL
  readonly outgoing: Outgoing
  readonly request: HttpRequest
  readonly deadline: Deadline
  /** Whether an earlier hop of this exchange reached a server. */
  readonly wasSent: boolean
  /** Whether a stream of events is handed out event by event. */
  readonly wantsEvents: boolean
}

/** What came of it. */
export type HopOutcome =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  | { readonly kind: 'redirect'; readonly location: string }
  | {
      readonly kind: 'events'
      readonly headers: HttpAnswer['headers']
      readonly events: AsyncIterable<HttpEvent>
    }

/** Statuses with a target, RFC 9110 section 15.4. 304 and 300 have none that could be followed. */
const REDIRECTS = [301, 302, 303, 307, 308]

/** Sends one request. @throws HttpFailure */
export const runHop = (hop: Hop): Promise<HopOutcome> =>
  new Promise((resolve, reject) => {
    new HopRun(hop, { resolve, reject }).start()
  })

/** Where bytes of a body go, and what is told when they have ended. */
interface Sink {
  /** @returns false when no more is wanted */
  write(chunk: Buffer): boolean
  end(): void
  fail(failure: HttpFailure): void
}

interface Promised {
  readonly resolve: (outcome: HopOutcome) => void
  readonly reject: (error: Error) => void
}

/** The life of one hop. Whatever ends it first wins; everything later is ignored. */
class HopRun implements Dispatcher.DispatchHandler {
  readonly #hop: Hop
  readonly #promised: Promised
  #controller: Dispatcher.DispatchController | undefined
  #sink: Sink | undefined
  #tellConnected: ReturnType<OnConnecting> | undefined
  #isSent: boolean
  #isOver = false

  constructor(hop: Hop, promised: Promised) {
    this.#hop = hop
    this.#promised = promised
    this.#isSent = hop.wasSent
  }

  start(): void {
    const { deadline, dispatcher, url, outgoing, request } = this.#hop
    deadline.watch((reason) => this.#fail(reason))
    if (this.#isOver) return
    const options: Dispatcher.DispatchOptions = {
      origin: url.origin,
      path: url.pathname + url.search,
      method: request.method,
      headers: outgoing.headers,
      body: outgoing.body ?? null,
      // The deadline's timers are exact; undici's are coarse and would be two more per request.
      headersTimeout: 0,
      bodyTimeout: 0,
    }
    this.#tellConnected = request.onConnecting?.()
    try {
      dispatcher.dispatch(options, this)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Called right before the head is written, in the same turn. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#tellConnected?.(true)
    if (this.#isOver) {
      controller.abort(new ExchangeError('aborted', 'over before it began'))
      return
    }
    this.#controller = controller
    this.#isSent = true
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    incoming: IncomingHttpHeaders,
  ): void {
    // Informational answers (100, 103) come before the real one.
    if (this.#isOver || status < 200) return
    this.#hop.deadline.headersArrived()
    this.#guard(() => {
      this.#sink = this.#chooseSink(status, toHeaders(incoming))
    })
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) return
    this.#guard(() => {
      if (this.#sink?.write(chunk) === false) this.#finish(true)
    })
  }

  onResponseEnd(): void {
    if (!this.#isOver) this.#guard(() => this.#finish(false))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#fail(error)
  }

  #chooseSink(status: number, headers: HttpAnswer['headers']): Sink {
    const { request, wantsEvents } = this.#hop
    const { location } = headers
    const { resolve } = this.#promised
    const mayFollow = request.maxRedirects > 0 && request.method === 'GET'
    if (mayFollow && REDIRECTS.includes(status) && location !== undefined) {
      return this.#whole(new DrainReader(), () => resolve({ kind: 'redirect', location }))
    }
    const contentType = headers['content-type'] ?? ''
    const isStream = request.isLines ?? /^text\/event-stream\b/i.test(contentType)
    if (wantsEvents && status === 200 && isStream) return this.#events(headers)
    const length = headers['content-length']
    const contentLength = length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined
    const reader = createBodyReader({ status, contentType, contentLength, request })
    return this.#whole(reader, (body) =>
      resolve({ kind: 'answer', answer: { status, headers, ...body } }),
    )
  }

  #whole(reader: BodyReader, done: (body: ReturnType<BodyReader['end']>) => void): Sink {
    return {
      write: (chunk) => reader.write(chunk),
      end: () => done(reader.end()),
      fail: this.#promised.reject,
    }
  }

  #events(headers: HttpAnswer['headers']): Sink {
    const controller = this.#controller
    const channel = new EventChannel({
      pause: () => controller?.pause(),
      resume: () => controller?.resume(),
      cancel: () => this.#fail(new ExchangeError('aborted', 'the reader of events has gone')),
    })
    const { request } = this.#hop
    const Reader = request.isLines === true ? LineReader : EventReader
    const reader = new Reader(request, (event) => channel.push(event))
    this.#promised.resolve({ kind: 'events', headers, events: channel })
    const over = (): void => this.#hop.deadline.close()
    return {
      write: (chunk) => {
        reader.write(chunk)
        return true
      },
      end: () => {
        reader.end()
        over()
        channel.end()
      },
      fail: (failure) => {
        over()
        channel.fail(failure)
      },
    }
  }

  #guard(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Ends well. @param isEarly The rest of the body is not wanted; the connection goes with it. */
  #finish(isEarly: boolean): void {
    this.#sink?.end()
    this.#isOver = true
    if (isEarly) this.#controller?.abort(new ExchangeError('aborted', 'enough was read'))
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#tellConnected?.(false)
    const failure = toHttpFailure(error, this.#isSent)
    if (this.#sink === undefined) this.#promised.reject(failure)
    else this.#sink.fail(failure)
    this.#controller?.abort(failure)
  }
}

/** One text a name, repeated ones joined. undici has made the names lower-case. */
function toHeaders(incoming: IncomingHttpHeaders): HttpAnswer['headers'] {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}
