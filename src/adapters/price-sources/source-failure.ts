import type { HttpFailure } from '../../ports/http-client.ts'
import type { SourceFailure, SourceFailureCode } from '../../ports/price-source.ts'

/** Makes the failure that price sources throw. */
export const sourceFailure = (
  code: SourceFailureCode,
  message: string,
  cause?: unknown,
): SourceFailure => Object.assign(new Error(message, { cause }), { sourceFailure: code })

const httpCodes: Readonly<Record<string, SourceFailureCode>> = {
  timeout: 'timeout',
  aborted: 'timeout',
  too_large: 'too_large',
  bad_body: 'unreadable',
}

/** What a failed exchange means for a source; other errors are passed on. */
export function fromHttpFailure(error: unknown, url: string): SourceFailure {
  if (!isHttpFailure(error)) throw error
  const { kind } = error.httpFailure
  return sourceFailure(httpCodes[kind] ?? 'unreachable', `${hostOf(url)}: ${kind}`, error)
}

const isHttpFailure = (error: unknown): error is HttpFailure =>
  error instanceof Error && 'httpFailure' in error

/** The host alone: a link may carry a key. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the price source'
}
