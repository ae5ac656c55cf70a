/**
 * Why a provider did not give a usable image: one closed union, so that a forgotten class does not
 * compile. A failure is a value, never an exception; only a provider's own `classify` may look at
 * the text of a message.
 */
export const failureClasses = [
  'rate_limited',
  'overloaded',
  'timeout_unknown',
  'quota_exhausted',
  'auth',
  'model_gone',
  'invalid_request',
  'content_policy_input',
  'content_policy_output',
  'empty',
  'bad_image',
  'gate_refused',
  'cancelled',
] as const

/**
 * See {@link failureClasses}. `bad_image`: HTML, truncated, wrong count, blank. `gate_refused`: a
 * whole picture that a gate of its purpose did not let pass. `cancelled`: given up because the
 * caller did not want it any more.
 */
export type FailureClass = (typeof failureClasses)[number]

/** One failed call, or one failed image of a call. */
export interface ProviderFailure {
  readonly class: FailureClass
  /** The provider's words or ours; shown to callers as text, so never a secret. */
  readonly message: string
  /** Whether the provider charges for it; `unknown` books a suspected cost. */
  readonly billed: boolean | 'unknown'
  /** HTTP status of the provider's answer, if there was one. */
  readonly status?: number
  /** The provider's own code, if it has one. */
  readonly providerCode?: string
  /** How long the provider asks to wait, in milliseconds. */
  readonly retryAfterMs?: number
}

/** What the pipeline does after a failure of each class. */
export interface FailureRule {
  /**
   * `next` = the next step of the plan may be tried; `stop` = no other offer may see this request.
   */
  readonly afterwards: 'next' | 'stop'
  /** Whether it speaks against the provider's health (user errors never do). */
  readonly countsAgainstProvider: boolean
  /** Default when the provider does not say whether it charged. */
  readonly billed: boolean | 'unknown'
}

/** The rules, keyed by class so that a new class without a rule does not compile. */
export const failureRules: { readonly [Class in FailureClass]: FailureRule } = {
  rate_limited: { afterwards: 'next', countsAgainstProvider: true, billed: false },
  overloaded: { afterwards: 'next', countsAgainstProvider: true, billed: false },
  timeout_unknown: { afterwards: 'next', countsAgainstProvider: true, billed: 'unknown' },
  quota_exhausted: { afterwards: 'next', countsAgainstProvider: true, billed: false },
  auth: { afterwards: 'next', countsAgainstProvider: true, billed: false },
  model_gone: { afterwards: 'next', countsAgainstProvider: false, billed: false },
  invalid_request: { afterwards: 'next', countsAgainstProvider: false, billed: false },
  content_policy_input: { afterwards: 'stop', countsAgainstProvider: false, billed: false },
  content_policy_output: { afterwards: 'stop', countsAgainstProvider: false, billed: true },
  empty: { afterwards: 'next', countsAgainstProvider: true, billed: true },
  bad_image: { afterwards: 'next', countsAgainstProvider: true, billed: true },
  gate_refused: { afterwards: 'next', countsAgainstProvider: false, billed: true },
  cancelled: { afterwards: 'next', countsAgainstProvider: false, billed: 'unknown' },
}

/** Builds a failure, taking `billed` from the class's rule where the provider does not say. */
export const failure = (
  failureClass: FailureClass,
  message: string,
  details: Partial<Omit<ProviderFailure, 'class' | 'message'>> = {},
): ProviderFailure => ({
  ...details,
  class: failureClass,
  message,
  billed: details.billed ?? failureRules[failureClass].billed,
})
