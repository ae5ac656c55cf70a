import { hash } from 'node:crypto'
import { join } from 'node:path'
import { openDatabase } from '../../src/adapters/database/open-database.ts'
import { systemClock, systemRandom } from '../../src/adapters/system-clock/system-clock.ts'
import type { Scope } from '../../src/core/ledger/virtual-key.ts'
import { createKey } from '../../src/gateway/key-ring.ts'
import type { Database, Stand } from './stand.ts'

/** A key as a test wants it. */
export interface WantedKey {
  readonly tenant?: string
  readonly scopes: readonly Scope[]
  readonly isRevoked?: boolean
}

/** Makes keys in the database of a running gateway, as `keeprate keys create` does; the secrets. */
export async function makeKeys<Name extends string>(
  stand: Stand,
  database: Database | undefined,
  wanted: { readonly [Key in Name]: WantedKey },
): Promise<{ readonly [Key in Name]: string }> {
  const stores = await openDatabase(database?.url ?? join(stand.home, 'keeprate.db'))
  const parts = {
    keys: stores.keys,
    clock: systemClock,
    random: systemRandom,
    sha256: (data: string | Uint8Array) => hash('sha256', data, 'hex'),
  }
  try {
    const secrets: [string, string][] = []
    for (const [name, { tenant = 'default', scopes, isRevoked }] of Object.entries<WantedKey>(
      wanted,
    )) {
      const { key, secret } = await createKey({ name, tenant, scopes }, parts)
      if (isRevoked === true) await stores.keys.revoke(key.id, systemClock.now())
      secrets.push([name, secret])
    }
    return Object.fromEntries(secrets) as { readonly [Key in Name]: string }
  } finally {
    await stores.close()
  }
}
