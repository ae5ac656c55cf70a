import { invalid } from '../errors/gateway-error.ts'
import type { Instant } from '../time.ts'
import { matchesPattern, type Notice, type Severity, severities } from './notice.ts'

/** The ways to tell: Standard Webhooks, a chat's own JSON, a pager's events, a mail. */
export const destinationKinds = ['webhook', 'slack', 'page', 'mail'] as const
/** See {@link destinationKinds}. */
export type DestinationKind = (typeof destinationKinds)[number]

/** Owner of what concerns the operator alone; no key of a tenant sees it. */
export const OPERATOR = ''

/**
 * Why nothing is sent to a destination: it answered 410; it took nothing for as long as one notice
 * was tried, which is three days; or somebody wanted it so.
 */
export type DisabledReason = 'gone' | 'failing' | 'asked'

/** Somewhere that notices are sent to. Secrets are no part of it. */
export interface Destination {
  readonly id: string
  /** {@link OPERATOR} hears of all tenants, and of alerts. */
  readonly tenant: string
  readonly kind: DestinationKind
  /** Where to, as it may be shown; of one from the settings only the beginning. */
  readonly url: string
  /** Filters, of which one must match. */
  readonly events: readonly string[]
  /** Alerts below it are not sent here; what has no severity is. */
  readonly leastSeverity?: Severity
  readonly source: 'settings' | 'api'
  /** Which secret signs; a rotation makes the next one. */
  readonly generation: number
  /** Until then the secret before signs as well. */
  readonly rotatedUntil?: Instant
  readonly createdAt: Instant
  readonly disabledAt?: Instant
  /** Why: see {@link DisabledReason}. */
  readonly disabledReason?: DisabledReason
}

/** Whether a notice is to be sent to a destination. */
export function wants(destination: Destination, { type, tenant, data }: Notice): boolean {
  const { events, leastSeverity } = destination
  const isOwn = destination.tenant === OPERATOR || destination.tenant === tenant
  if (!isOwn || destination.disabledAt !== undefined) return false
  if (!events.some((pattern) => matchesPattern(pattern, type))) return false
  if (leastSeverity === undefined || data.severity === undefined) return true
  return severities.indexOf(data.severity as Severity) >= severities.indexOf(leastSeverity)
}

/** Limits of what callers may set up. */
export const destinationLimits = {
  /** Destinations of one tenant: each costs a row for each notice. */
  maxOfTenant: 16,
  maxPatterns: 32,
  maxUrlCharacters: 2_048,
} as const

/**
 * What is wrong with an address, as far as its text tells; names are looked up when it is called.
 * @param privateOrigins origins that the operator allows to be private or without encryption.
 */
function flawOfUrl(text: string, privateOrigins: readonly string[]): string | undefined {
  const { maxUrlCharacters } = destinationLimits
  if (text.length > maxUrlCharacters) return `has more than ${maxUrlCharacters} characters`
  if (!URL.canParse(text)) return 'is not a URL'
  const { protocol, username, password, origin, hash } = new URL(text)
  if (username !== '' || password !== '') return 'must not hold a user name'
  if (hash !== '') return 'must not have a fragment'
  if (privateOrigins.includes(origin)) return undefined
  return protocol === 'https:' ? undefined : 'must be https'
}

/**
 * @param flawOfAddress knows more of addresses than their text.
 * @throws GatewayError naming `param`, when the text is no address that may be called.
 */
export function checkUrl(
  param: string,
  text: string,
  privateOrigins: readonly string[],
  flawOfAddress: (url: string) => string | undefined = () => undefined,
): void {
  const flaw = flawOfUrl(text, privateOrigins) ?? flawOfAddress(text)
  if (flaw === undefined) return
  const advice = 'Give a public https address, or let the operator allow its origin'
  throw invalid(param, `${param} ${flaw}. ${advice} (webhooks.private_origins).`)
}
