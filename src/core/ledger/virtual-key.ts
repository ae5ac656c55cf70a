import type { Instant } from '../time.ts'

/** What a key may do. `admin` includes all. */
export const scopes = ['images:write', 'images:read', 'models:read', 'admin'] as const
/** See {@link scopes}. */
export type Scope = (typeof scopes)[number]

/** How much a key may do at a time; what is left out is not limited. */
export interface KeyLimits {
  readonly requestsPerMinute?: number
  readonly imagesPerMinute?: number
  /** Pictures being made at once. */
  readonly parallelImages?: number
  /** Its share when keys wait for each other, in proportion to theirs; 1 unless given. */
  readonly weight?: number
}

/** What the holder of a key may do; all of it can be changed later. */
export interface KeyRights {
  readonly name: string
  readonly scopes: readonly Scope[]
  /** Its budgets are those of the scope `team:…`. */
  readonly team?: string
  /** Patterns such as `bfl/*`; absent = every model. */
  readonly models?: readonly string[]
  /** Patterns; absent = every purpose, and none. */
  readonly purposes?: readonly string[]
  readonly limits?: KeyLimits
  /** From then on it is refused. */
  readonly expiresAt?: Instant
}

/**
 * A key of our own that callers use instead of provider keys. The secret itself is never stored.
 */
export interface VirtualKey extends KeyRights {
  readonly id: string
  /** Objects of one tenant are invisible to all others; so it never changes. */
  readonly tenant: string
  /** SHA-256 of the secret, lower-case hex. */
  readonly digest: string
  /** First characters of the secret, enough to recognise it. */
  readonly prefix: string
  /** Last four characters of the secret. */
  readonly lastFour: string
  readonly createdAt: Instant
  readonly revokedAt?: Instant
  /** The secret before the last rotation, which is good until then. */
  readonly former?: { readonly digest: string; readonly until: Instant }
}

/** Whether a key may do something. */
export const allows = (key: Pick<VirtualKey, 'scopes'>, scope: Scope): boolean =>
  key.scopes.includes(scope) || key.scopes.includes('admin')

/** Whether a secret of this digest opens the key at an instant. */
export function isGood(key: VirtualKey, digest: string, now: Instant): boolean {
  if (key.revokedAt !== undefined) return false
  if (key.expiresAt !== undefined && now >= key.expiresAt) return false
  return key.digest === digest || (key.former?.digest === digest && now < key.former.until)
}

/**
 * Whether a name is one of the patterns; `*` stands for any characters.
 * @example matchesAny(['bfl/*', 'gpt-image-2'], 'bfl/flux-2-pro') // true
 */
export const matchesAny = (patterns: readonly string[], name: string): boolean =>
  patterns.some((pattern) => matches(pattern.split('*'), name))

/** Piece by piece and never back, so that no pattern takes long. */
function matches(pieces: readonly string[], name: string): boolean {
  const [first = '', ...others] = pieces
  const last = others.pop()
  if (last === undefined) return name === first
  if (!name.startsWith(first)) return false
  let at = first.length
  for (const piece of others) {
    const found = name.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return name.length - last.length >= at && name.endsWith(last)
}
