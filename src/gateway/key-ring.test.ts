import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { isId } from '../core/ids.ts'
import type { KeyRights, VirtualKey } from '../core/ledger/virtual-key.ts'
import type { KeyStore, NewSecret } from '../ports/key-store.ts'
import { seededRandom, VirtualClock } from '../testing/virtual-clock.ts'
import { createKey, KeyRing } from './key-ring.ts'

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex')

/** Keys in memory, with a count of the questions asked. */
class MemoryKeys implements KeyStore {
  readonly kept = new Map<string, VirtualKey>()
  questions = 0

  async create(key: VirtualKey): Promise<void> {
    this.kept.set(key.id, key)
  }

  async byDigest(digest: string): Promise<VirtualKey | undefined> {
    this.questions += 1
    return [...this.kept.values()].find(
      (key) => key.digest === digest || key.former?.digest === digest,
    )
  }

  async byId(id: string): Promise<VirtualKey | undefined> {
    return [...this.kept.values()].find((key) => key.id === id)
  }

  async update(id: string, rights: KeyRights): Promise<boolean> {
    return this.#change(id, rights)
  }

  async rotate(id: string, secret: NewSecret): Promise<boolean> {
    return this.#change(id, secret)
  }

  async list(): Promise<readonly VirtualKey[]> {
    return [...this.kept.values()]
  }

  async revoke(id: string, at: number): Promise<boolean> {
    return this.#change(id, { revokedAt: at })
  }

  async #change(id: string, change: Partial<VirtualKey>): Promise<boolean> {
    const key = await this.byId(id)
    if (key !== undefined) this.kept.set(id, { ...key, ...change })
    return key !== undefined
  }
}

const wanted = { name: 'shop', tenant: 'tenant-a', scopes: ['images:write'] } as const
const admin = {
  secret: 'sk-admin',
  principal: { keyId: 'key_admin', tenant: 'default', scopes: ['admin'] },
} as const

async function openRing() {
  const keys = new MemoryKeys()
  const clock = new VirtualClock()
  const parts = { keys, clock, sha256, random: seededRandom(7) }
  const { key, secret } = await createKey(wanted, parts)
  return { keys, clock, key, secret, ring: new KeyRing(parts, [admin]), parts }
}

describe('a key', () => {
  test('is made once, and its secret is stored nowhere', async () => {
    const { keys, key, secret, clock } = await openRing()
    expect(secret).toMatch(/^sk-keeprate-[A-HJ-NP-Za-km-z2-9]{40}$/)
    expect(isId('key', key.id)).toBe(true)
    expect(key).toEqual({
      ...wanted,
      id: key.id,
      digest: sha256(secret),
      prefix: secret.slice(0, 16),
      lastFour: secret.slice(-4),
      createdAt: clock.now(),
    })
    expect(JSON.stringify(await keys.list())).not.toContain(secret.slice(12, -4))
  })

  test('is unlike every other', async () => {
    const { parts } = await openRing()
    const made = await Promise.all(Array.from({ length: 50 }, () => createKey(wanted, parts)))
    expect(new Set(made.map(({ secret }) => secret)).size).toBe(50)
    expect(new Set(made.map(({ key }) => key.id)).size).toBe(50)
  })

  test('has letters that are equally likely, because odd bytes are skipped', async () => {
    const keys = new MemoryKeys()
    let calls = 0
    const random = {
      bytes: (count: number) => {
        calls += 1
        return new Uint8Array(count).fill(calls === 1 ? 228 : 227)
      },
    }
    const { secret } = await createKey(wanted, { keys, clock: new VirtualClock(), random, sha256 })
    expect(secret).toBe(`sk-keeprate-${'9'.repeat(40)}`)
  })
})

describe('the ring knows', () => {
  test('whose key it is', async () => {
    const { ring, key, secret } = await openRing()
    const principal = { keyId: key.id, tenant: 'tenant-a', scopes: ['images:write'] }
    expect(await ring.recognise(secret)).toEqual(principal)
  })

  test('keys of the environment without asking the database', async () => {
    const { ring, keys } = await openRing()
    expect(await ring.recognise('sk-admin')).toEqual(admin.principal)
    expect(keys.questions).toBe(0)
  })

  test.each([
    ['an unknown secret', 'sk-keeprate-nobody'],
    ['nothing', ''],
    ['almost a secret', 'sk-admi'],
    ['a secret and more', 'sk-admin '],
    ['the digest of a secret', sha256('sk-admin')],
  ])('nobody by %s', async (_, secret) => {
    const { ring } = await openRing()
    expect(await ring.recognise(secret)).toBeUndefined()
  })
})

describe('the ring remembers for half a second', () => {
  test('whom it knows, and whom it does not', async () => {
    const { ring, keys, clock, secret } = await openRing()
    await ring.recognise(secret)
    await ring.recognise('sk-wrong')
    await clock.advance(499)
    await ring.recognise(secret)
    await ring.recognise('sk-wrong')
    expect(keys.questions).toBe(2)
    await clock.advance(1)
    await ring.recognise(secret)
    await ring.recognise('sk-wrong')
    expect(keys.questions).toBe(4)
  })

  test('and so a revoked key stops working within it', async () => {
    const { ring, keys, clock, key, secret } = await openRing()
    await ring.recognise(secret)
    await keys.revoke(key.id, clock.now())
    expect(await ring.recognise(secret)).toBeDefined()
    await clock.advance(500)
    expect(await ring.recognise(secret)).toBeUndefined()
  })

  test('also when the wall clock is set back meanwhile', async () => {
    const { parts, keys, key, secret } = await openRing()
    let [wall, monotonic] = [10_000_000, 0]
    const clock = {
      now: () => wall,
      monotonicMs: () => monotonic,
      sleep: () => Promise.resolve(),
    }
    const ring = new KeyRing({ ...parts, clock }, [])
    await ring.recognise(secret)
    await keys.revoke(key.id, wall)
    wall -= 3_600_000
    monotonic += 500
    expect(await ring.recognise(secret)).toBeUndefined()
  })

  test('and never more than 10,000 of them', async () => {
    const { ring, keys, secret } = await openRing()
    await ring.recognise(secret)
    for (let guess = 0; guess < 10_000; guess += 1) await ring.recognise(`sk-guess-${guess}`)
    expect(keys.questions).toBe(10_001)
    expect(await ring.recognise(secret)).toBeDefined()
    expect(keys.questions).toBe(10_002)
  })
})
