import { makeId } from '../core/ids.ts'
import type { Scope, VirtualKey } from '../core/ledger/virtual-key.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { KeyStore } from '../ports/stores.ts'

/** Limits of what is remembered of keys. */
const limits = {
  /** A revoked key stops working everywhere within this time: below one second. */
  rememberMs: 500,
  maxRemembered: 10_000,
} as const

/** Who a key stands for. */
export interface Principal {
  readonly keyId: string
  readonly tenant: string
  readonly scopes: readonly Scope[]
}

/** A key that exists without the database: the admin key of the environment, the sandbox's key. */
export interface FixedKey {
  readonly secret: string
  readonly principal: Principal
}

interface Remembered {
  readonly principal: Principal | undefined
  /** Monotonic: a wall clock that is set back must not prolong a revoked key's life. */
  readonly untilMs: number
}

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789'
/** 40 characters of a 57-letter alphabet: 233 bits. */
const SECRET_CHARACTERS = 40

/**
 * Recognises keys by the SHA-256 of their secret; comparing digests leaks nothing about a secret.
 * Secrets are shown once, when they are made, and never stored.
 */
export class KeyRing {
  readonly #keys: KeyStore
  readonly #clock: Clock
  readonly #sha256: Sha256
  readonly #fixed: ReadonlyMap<string, Principal>
  readonly #remembered = new Map<string, Remembered>()

  constructor(
    parts: { readonly keys: KeyStore; readonly clock: Clock; readonly sha256: Sha256 },
    fixed: readonly FixedKey[],
  ) {
    this.#keys = parts.keys
    this.#clock = parts.clock
    this.#sha256 = parts.sha256
    this.#fixed = new Map(fixed.map(({ secret, principal }) => [parts.sha256(secret), principal]))
  }

  /** Whose key this is, or undefined for an unknown or revoked one. */
  async recognise(secret: string): Promise<Principal | undefined> {
    const digest = this.#sha256(secret)
    const fixed = this.#fixed.get(digest)
    if (fixed !== undefined) return fixed
    const nowMs = this.#clock.monotonicMs()
    const remembered = this.#remembered.get(digest)
    if (remembered !== undefined && remembered.untilMs > nowMs) return remembered.principal
    const key = await this.#keys.byDigest(digest)
    const isValid = key !== undefined && key.revokedAt === undefined
    const principal = isValid
      ? { keyId: key.id, tenant: key.tenant, scopes: key.scopes }
      : undefined
    if (this.#remembered.size >= limits.maxRemembered) this.#remembered.clear()
    this.#remembered.set(digest, { principal, untilMs: nowMs + limits.rememberMs })
    return principal
  }
}

/** Makes a key; the secret is returned once and cannot be had again. */
export async function createKey(
  wanted: { readonly name: string; readonly tenant: string; readonly scopes: readonly Scope[] },
  parts: {
    readonly keys: KeyStore
    readonly clock: Clock
    readonly random: Random
    readonly sha256: Sha256
  },
): Promise<{ readonly key: VirtualKey; readonly secret: string }> {
  let text = ''
  while (text.length < SECRET_CHARACTERS) {
    for (const byte of parts.random.bytes(SECRET_CHARACTERS)) {
      // Bytes beyond the last whole multiple are skipped, so that all letters are equally likely.
      if (byte < 228 && text.length < SECRET_CHARACTERS) text += ALPHABET[byte % 57] ?? ''
    }
  }
  const secret = `sk-keeprate-${text}`
  const key: VirtualKey = {
    id: makeId('key', parts.random.bytes(16), parts.clock.now()),
    name: wanted.name,
    tenant: wanted.tenant,
    digest: parts.sha256(secret),
    prefix: secret.slice(0, 16),
    lastFour: secret.slice(-4),
    scopes: wanted.scopes,
    createdAt: parts.clock.now(),
  }
  await parts.keys.create(key)
  return { key, secret }
}
