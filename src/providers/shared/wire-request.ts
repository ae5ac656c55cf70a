import type { HttpRequest } from '../../ports/http-client.ts'

/**
 * A request in the provider's words. The flow adds base URL, credential, limits and address policy.
 */
export interface WireRequest {
  readonly method: HttpRequest['method']
  /** Path below the base URL (starts with `/`), or an absolute URL that the provider gave. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: HttpRequest['body']
}

/** Posts a JSON document, as most providers want it. */
export const postJson = (
  url: string,
  value: unknown,
  headers?: WireRequest['headers'],
): WireRequest => ({
  method: 'POST',
  url,
  ...(headers === undefined ? {} : { headers }),
  body: { kind: 'json', value },
})
