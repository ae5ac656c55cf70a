import { errors } from 'undici'
import type { HttpFailure, HttpFailureInfo } from '../../ports/http-client.ts'

/** See {@link HttpFailureInfo}. */
export type FailureKind = HttpFailureInfo['kind']

/** A failure inside this adapter, before it is known whether the request went out. */
export class ExchangeError extends Error {
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'ExchangeError'
    this.kind = kind
  }
}

/** Codes of undici that do not simply mean a broken connection. */
const KIND_BY_CODE: Readonly<Record<string, FailureKind>> = {
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'connect',
  UND_ERR_HEADERS_OVERFLOW: 'too_large',
  UND_ERR_DESTROYED: 'aborted',
  UND_ERR_CLOSED: 'aborted',
}

/** Turns whatever went wrong into the port's failure; `sent` is the caller's knowledge. */
export function toHttpFailure(error: unknown, sent: boolean): HttpFailure {
  const message = error instanceof Error ? error.message : String(error)
  const httpFailure: HttpFailureInfo = { kind: kindOf(error, sent), sent }
  const failure = new Error(message, { cause: error })
  failure.name = 'HttpFailure'
  return Object.assign(failure, { httpFailure })
}

function kindOf(error: unknown, sent: boolean): FailureKind {
  if (error instanceof ExchangeError) return error.kind
  const kind = KIND_BY_CODE[codeOf(error)]
  if (kind !== undefined) return kind
  if (isForeignProtocol(error)) return 'bad_body'
  return sent ? 'reset' : 'connect'
}

/** The parser met a wrong byte. Without one the connection has ended inside a message. */
const isForeignProtocol = (error: unknown): boolean =>
  error instanceof errors.HTTPParserError && 'data' in error && Boolean(error.data)

/** The `code` of a system or library error, or an empty text. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
