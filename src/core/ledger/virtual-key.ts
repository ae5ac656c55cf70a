import type { Instant } from '../time.ts'

/** What a key may do. `admin` includes all. */
export const scopes = ['images:write', 'images:read', 'models:read', 'admin'] as const
/** See {@link scopes}. */
export type Scope = (typeof scopes)[number]

/**
 * A key of our own that callers use instead of provider keys. The secret itself is never stored.
 */
export interface VirtualKey {
  readonly id: string
  readonly name: string
  /** Objects of one tenant are invisible to all others. */
  readonly tenant: string
  /** SHA-256 of the secret, lower-case hex. */
  readonly digest: string
  /** First characters of the secret, enough to recognise it. */
  readonly prefix: string
  /** Last four characters of the secret. */
  readonly lastFour: string
  readonly scopes: readonly Scope[]
  readonly createdAt: Instant
  readonly revokedAt?: Instant
}

/** Whether a key may do something. */
export const allows = (key: Pick<VirtualKey, 'scopes'>, scope: Scope): boolean =>
  key.scopes.includes(scope) || key.scopes.includes('admin')
