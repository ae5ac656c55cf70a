import { failure, type ProviderFailure } from '../../core/errors/provider-failure.ts'
import { requestLimits } from '../../core/request/limits.ts'
import type { Instant } from '../../core/time.ts'
import type {
  AddressPolicy,
  HttpAnswer,
  HttpClient,
  HttpFailure,
  HttpFailureInfo,
  HttpRequest,
  OnConnecting,
} from '../../ports/http-client.ts'
import type { ProviderDefinition, WireRequest } from './definition.ts'

/** Limits of talking to a provider that are the same for all of them. */
export const transportLimits = {
  /** Answer to a submit of an asynchronous provider, which does no work yet. */
  submitMs: 60_000,
  /** How long a submit may still be answered after the end of its job was reported. */
  lateAnswerMs: 2_000,
  /** One poll. */
  pollMs: 30_000,
  /** Longest pause that a poll may be asked to make: whatever it says, the job is paid and ends. */
  maxPollPauseMs: 10_000,
  /** Polls in a row that may fail for passing reasons before the job is given up. */
  maxFailedPolls: 20,
  /** One download of a finished picture. */
  downloadMs: 120_000,
  /** Tries of a download: the picture is paid for. */
  maxDownloads: 4,
  /** Pause before the second download; doubles each time. */
  downloadPauseMs: 500,
  maxDownloadRedirects: 3,
  /** Requests before one call: an upload for each of 16 input images and a mask, and a session. */
  maxRequestsBefore: 40,
  /** One of them; an upload of 50 MB takes its time. */
  beforeMs: 120_000,
  /** Until a socket is open that tells of a job. */
  socketOpenMs: 10_000,
  /** Messages of one: a graph of many samplers tells of some thousand steps. */
  maxSocketMessages: 50_000,
  /** How many jobs a server has: what is known late is worth nothing. */
  backlogMs: 2_000,
  /** Giving a job up. */
  cancelMs: 30_000,
} as const

/** Whether a status is one of a poll itself, not of the job: asking again can help. */
export const isPassing = (status: number | undefined): boolean =>
  status !== undefined && (status === 408 || status === 429 || status >= 500)

/**
 * Bytes of one answer that are read: those of the images asked for. One that has no end is given up
 * before it fills the memory.
 */
export const maxAnswerBytes = (images: number): number => images * requestLimits.maxImageBytes

/** How one provider is reached: address, credential, and what may be private. */
export interface Line {
  readonly definition: ProviderDefinition
  readonly http: HttpClient
  readonly baseUrl: string
  readonly apiKey: string
  readonly addresses: AddressPolicy
  /** See `ProviderOrigin.otherOrigins`; set when the provider is emulated. */
  readonly emulatedOrigins?: Readonly<Record<string, string>>
  /** The gateways up to this one, as the header `via` names them (RFC 9110, section 7.6.3). */
  readonly via?: string
  /** The provider's time, for signatures. */
  readonly now: () => Instant
}

/** Whether a URL lies on a host that may see the credential. */
export function isOwnHost(line: Pick<Line, 'baseUrl' | 'definition'>, url: string): boolean {
  const target = new URL(url)
  const base = new URL(line.baseUrl)
  if (target.origin === base.origin) return true
  if (target.protocol !== 'https:' || target.port !== '') return false
  return line.definition.origin.ownHosts.some(
    (suffix) => target.hostname === suffix.slice(1) || target.hostname.endsWith(suffix),
  )
}

/** Where a request goes: nothing of an emulated provider leaves the sandbox. */
function toUrl({ baseUrl, emulatedOrigins = {} }: Line, { url }: WireRequest): string {
  if (url.startsWith('/')) return `${baseUrl}${url}`
  const { origin } = new URL(url)
  const path = Object.hasOwn(emulatedOrigins, origin) ? emulatedOrigins[origin] : undefined
  return path === undefined ? url : `${baseUrl}${path}${url.slice(origin.length)}`
}

/** Turns a wire request into an HTTP request; the credential goes to own hosts only. */
export function toHttp(
  line: Line,
  wire: WireRequest,
  limits: Pick<HttpRequest, 'timeouts' | 'maxBytes'> & {
    readonly signal?: AbortSignal | undefined
    readonly onConnecting?: OnConnecting | undefined
  },
): HttpRequest {
  const url = toUrl(line, wire)
  const credential = isOwnHost(line, url) ? line.definition.authorize(line.apiKey) : {}
  const { signal, onConnecting, ...rest } = limits
  return {
    method: wire.method,
    url,
    headers: { ...wire.headers, ...credential },
    ...(wire.body === undefined ? {} : { body: wire.body }),
    addresses: line.addresses,
    imageFields: line.definition.imageFields,
    maxRedirects: 0,
    ...rest,
    ...(signal === undefined ? {} : { signal }),
    ...(onConnecting === undefined ? {} : { onConnecting }),
  }
}

const isHttpFailure = (error: unknown): error is HttpFailure =>
  error instanceof Error && 'httpFailure' in error

/** Whether an exchange broke before anything was sent. */
export const isUnsent = (error: unknown): boolean => isHttpFailure(error) && !error.httpFailure.sent

/**
 * What a broken exchange means. Not sent: nothing was made. Sent and silent: nobody knows, and the
 * cost is suspected. An answer that came but cannot be read: the provider's fault, and charged.
 */
export function fromTransportError(error: unknown): ProviderFailure {
  if (!isHttpFailure(error)) {
    const text = error instanceof Error ? error.message : String(error)
    return failure('bad_image', `the answer could not be read: ${text}`, { billed: 'unknown' })
  }
  const { kind, sent } = error.httpFailure
  if (!sent) return failure('overloaded', `not reached (${kind}): ${error.message}`)
  if (kind === 'too_large' || kind === 'bad_body') {
    return failure('bad_image', `unusable answer (${kind}): ${error.message}`)
  }
  return failure('timeout_unknown', `no answer (${kind}): ${error.message}`)
}

/**
 * Adds what a provider signs requests with, and what a gateway finds its own requests by. It is no
 * part of the exchange: it sends nothing.
 */
export async function signed(line: Line, request: HttpRequest): Promise<HttpRequest> {
  if (!isOwnHost(line, request.url)) return request
  const { sign } = line.definition
  const { method, url, headers, body } = request
  const text = body?.kind === 'json' ? JSON.stringify(body.value) : ''
  const facts = { method, url, headers, body: text }
  const signature = sign === undefined ? {} : await sign(facts, line.apiKey, line.now())
  // Not signed: what stands between may add itself to the list.
  const via: Record<string, string> = line.via === undefined ? {} : { via: line.via }
  return { ...request, headers: { ...headers, ...signature, ...via } }
}

/** Sends and reads; network errors come back as failures. */
export async function exchange(
  line: Line,
  request: HttpRequest,
): Promise<
  | { readonly answer: HttpAnswer }
  | { readonly failure: ProviderFailure; readonly kind: HttpFailureInfo['kind'] | undefined }
> {
  try {
    return { answer: await line.http.send(await signed(line, request)) }
  } catch (error) {
    const kind = isHttpFailure(error) ? error.httpFailure.kind : undefined
    return { failure: fromTransportError(error), kind }
  }
}
