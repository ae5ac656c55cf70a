import type { JsonValue } from '../json.ts'
import type { RateStanding } from '../limits/rate-standing.ts'
import type { Nano } from '../money.ts'
import type { Instant } from '../time.ts'
import { type ErrorCode, type ErrorEntry, errorCatalogue } from './catalogue.ts'

const MARKER = Symbol.for('keeprate.gateway-error')

/** What a {@link GatewayError} may carry beside its code and message. */
export interface GatewayErrorDetails {
  /** The request parameter at fault, in the spelling of the wire (`image[1]`, `size`). */
  readonly param?: string
  readonly cause?: unknown
  /** How long to wait before sending again, in milliseconds. */
  readonly retryAfterMs?: number
  /** Overrides the catalogue, for example after a failure that already cost money. */
  readonly retryable?: boolean
  /** What was tried, for `no_provider_available` and refusals of a plan. */
  readonly tried?: readonly JsonValue[]
  /** The request record this error belongs to, once there is one. */
  readonly requestId?: string
  /** What the failed request cost all the same. */
  readonly costNano?: Nano
  /** When the budget that refused it begins anew, where that helps. */
  readonly resetsAt?: Instant
  /** Which budget refused it. */
  readonly budgetId?: string
  /** Whether that budget, as large as it is, may have room for it another time. */
  readonly mayFitLater?: boolean
  /** What that budget has left. */
  readonly budgetLeftNano?: Nano
  /** How far a key is from its limit of requests a minute. */
  readonly rate?: RateStanding
}

/**
 * The one error class that callers see; its code leads to status, type and advice in the catalogue.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode
  readonly param: string | undefined
  readonly retryAfterMs: number | undefined
  readonly tried: readonly JsonValue[] | undefined
  readonly requestId: string | undefined
  readonly costNano: Nano | undefined
  readonly resetsAt: Instant | undefined
  readonly budgetId: string | undefined
  readonly mayFitLater: boolean
  readonly budgetLeftNano: Nano | undefined
  readonly rate: RateStanding | undefined
  readonly retryable: boolean
  readonly [MARKER] = true

  constructor(code: ErrorCode, message: string, details: GatewayErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'GatewayError'
    this.code = code
    this.param = details.param
    this.retryAfterMs = details.retryAfterMs
    this.tried = details.tried
    this.requestId = details.requestId
    this.costNano = details.costNano
    this.resetsAt = details.resetsAt
    this.budgetId = details.budgetId
    this.mayFitLater = details.mayFitLater ?? false
    this.budgetLeftNano = details.budgetLeftNano
    this.rate = details.rate
    this.retryable = details.retryable ?? errorCatalogue[code].retryable
  }

  /** The catalogue's entry of this error. */
  get entry(): ErrorEntry {
    return errorCatalogue[this.code]
  }

  /** Recognises a gateway error by its marker, also from a second copy of the package. */
  static isInstance(value: unknown): value is GatewayError {
    return typeof value === 'object' && value !== null && MARKER in value
  }
}

/** A 400 that names the parameter; the commonest refusal. */
export const invalid = (param: string, message: string): GatewayError =>
  new GatewayError('invalid_request', message, { param })
