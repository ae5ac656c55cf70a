import type { HttpAnswer, HttpClient } from '../../ports/http-client.ts'
import type { SourceVersion } from '../../ports/price-source.ts'
import { fromHttpFailure, hostOf, sourceFailure } from './source-failure.ts'

/**
 * The HTTP client takes twice this and 4 MiB for JSON: 8 MiB in all. LiteLLM's file, the largest
 * list known, has 1.4 MB (2026-08-01).
 */
const MAX_BYTES = 2 * 1024 * 1024
const TIMEOUTS = { headersMs: 15_000, totalMs: 30_000 } as const
/** Links to "latest" answer with a redirect to the file. */
const MAX_REDIRECTS = 3

/** One request for a price list. */
export interface ListRequest {
  readonly url: string
  /** What was known of the last answer; asks for news only. */
  readonly version: SourceVersion
  /** Such as a key. With a credential no redirect is followed. */
  readonly headers?: Readonly<Record<string, string>>
  /** Origins that may be private; see the address policy of the HTTP client. */
  readonly privateOrigins?: readonly string[]
  readonly signal: AbortSignal
}

/** What came. */
export type ListAnswer =
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'json'
      readonly json: unknown
      readonly version: SourceVersion
      readonly headers: Readonly<Record<string, string>>
    }

/** Fetches a JSON document, unless it is the one that is known. @throws SourceFailure */
export async function fetchJson(http: HttpClient, request: ListRequest): Promise<ListAnswer> {
  const answer = await send(http, request)
  if (answer.status === 304) return { kind: 'unchanged' }
  if (answer.status < 200 || answer.status > 299) {
    throw sourceFailure('refused', `${hostOf(request.url)} answered ${answer.status}`)
  }
  if (answer.json === undefined) {
    throw sourceFailure('unreadable', `${hostOf(request.url)} answered with something but JSON`)
  }
  const { etag, 'last-modified': lastModified } = answer.headers
  const version = {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
  }
  return { kind: 'json', json: answer.json, version, headers: answer.headers }
}

/** Fetches a short text, such as a detached signature. @throws SourceFailure */
export async function fetchText(http: HttpClient, request: ListRequest): Promise<string> {
  const answer = await send(http, request)
  if (answer.status === 200 && answer.text !== undefined) return answer.text
  throw sourceFailure('refused', `${hostOf(request.url)} answered ${answer.status} without a text`)
}

async function send(http: HttpClient, request: ListRequest): Promise<HttpAnswer> {
  const { url, version, headers = {}, privateOrigins = [], signal } = request
  const { etag, lastModified } = version
  try {
    return await http.send({
      method: 'GET',
      url,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(etag === undefined ? {} : { 'if-none-match': etag }),
        ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
      },
      addresses: { privateOrigins },
      maxRedirects: Object.hasOwn(headers, 'authorization') ? 0 : MAX_REDIRECTS,
      timeouts: TIMEOUTS,
      maxBytes: MAX_BYTES,
      signal,
    })
  } catch (error) {
    throw fromHttpFailure(error, url)
  }
}
