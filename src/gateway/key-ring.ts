import { makeId } from '../core/ids.ts'
import {
  isGood,
  type KeyLimits,
  type KeyRights,
  type Scope,
  type VirtualKey,
} from '../core/ledger/virtual-key.ts'
import type { Clock, Random } from '../ports/clock.ts'
import type { Sha256 } from '../ports/digest.ts'
import type { KeyStore } from '../ports/key-store.ts'

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
  readonly limits?: KeyLimits | undefined
}

/** A key that exists without the database: the admin key of the environment, the sandbox's key. */
export interface FixedKey {
  readonly secret: string
  readonly principal: Principal
}

interface Remembered {
  readonly key: VirtualKey | undefined
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

  /** Whose key this is, or undefined for an unknown, revoked or expired one. */
  async recognise(secret: string): Promise<Principal | undefined> {
    const digest = this.#sha256(secret)
    const fixed = this.#fixed.get(digest)
    if (fixed !== undefined) return fixed
    const key = await this.#find(digest)
    if (key === undefined || !isGood(key, digest, this.#clock.now())) return undefined
    return { keyId: key.id, tenant: key.tenant, scopes: key.scopes, limits: key.limits }
  }

  async #find(digest: string): Promise<VirtualKey | undefined> {
    const nowMs = this.#clock.monotonicMs()
    const remembered = this.#remembered.get(digest)
    if (remembered !== undefined && remembered.untilMs > nowMs) return remembered.key
    const key = await this.#keys.byDigest(digest)
    if (this.#remembered.size >= limits.maxRemembered) this.#remembered.clear()
    this.#remembered.set(digest, { key, untilMs: nowMs + limits.rememberMs })
    return key
  }
}

/** What making a secret needs. */
export interface SecretParts {
  readonly keys: KeyStore
  readonly clock: Clock
  readonly random: Random
  readonly sha256: Sha256
}

/** A key with the secret that is shown this once and cannot be had again. */
export interface ShownKey {
  readonly key: VirtualKey
  readonly secret: string
}

/** Makes a key. */
export async function createKey(
  wanted: KeyRights & Pick<VirtualKey, 'tenant'>,
  parts: SecretParts,
): Promise<ShownKey> {
  const { secret, ...shape } = makeSecret(parts)
  const now = parts.clock.now()
  const id = makeId('key', parts.random.bytes(16), now)
  const key: VirtualKey = { ...wanted, id, ...shape, createdAt: now }
  await parts.keys.create(key)
  return { key, secret }
}

/**
 * Gives a key a new secret. It stays the same key, with its budgets, limits and history; the secret
 * before it is good for a while, so that callers can change over.
 * @returns undefined when there is no such key, or it was revoked or rotated meanwhile.
 */
export async function rotateKey(
  id: string,
  graceMs: number,
  parts: SecretParts,
): Promise<ShownKey | undefined> {
  const before = await parts.keys.byId(id)
  if (before === undefined) return undefined
  const { secret, ...shape } = makeSecret(parts)
  const former = { digest: before.digest, until: parts.clock.now() + graceMs }
  const changes = { ...shape, former }
  if (!(await parts.keys.rotate(id, changes))) return undefined
  return { key: { ...before, ...changes }, secret }
}

function makeSecret({ random, sha256 }: SecretParts) {
  let text = ''
  while (text.length < SECRET_CHARACTERS) {
    for (const byte of random.bytes(SECRET_CHARACTERS)) {
      // Bytes beyond the last whole multiple are skipped, so that all letters are equally likely.
      if (byte < 228 && text.length < SECRET_CHARACTERS) text += ALPHABET[byte % 57] ?? ''
    }
  }
  const secret = `sk-keeprate-${text}`
  const [prefix, lastFour] = [secret.slice(0, 16), secret.slice(-4)]
  return { secret, digest: sha256(secret), prefix, lastFour }
}
