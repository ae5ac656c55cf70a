import type { Provider } from './provider.ts'

/** One call, as providers name it when they report its end. */
export interface ReportedCall {
  readonly provider: string
  readonly attemptId: string
}

/**
 * Where providers report the ends of their jobs: an address for each call, which nobody can guess.
 */
export interface WebhookAddresses {
  /** What a call carries; undefined while there is no address that the provider could reach. */
  addressFor(
    provider: Pick<Provider, 'id' | 'isSimulated'>,
    attemptId: string,
  ): { readonly url: string; readonly secret: string } | undefined
  /** The secret of a call, for providers that sign with one of ours. */
  secretOf(call: ReportedCall): string
  /** Whether an address is one of ours. */
  isGenuine(call: ReportedCall, token: string): boolean
}
