import type { JsonObject } from '../../core/json.ts'
import type { KeyLimits, KeyRights, Scope, VirtualKey } from '../../core/ledger/virtual-key.ts'
import { fromJson, fromNullable, toMilliseconds, toNullable, toText } from './columns.ts'

/** A virtual key; of its secrets only the digests. */
export interface VirtualKeyRow {
  readonly id: string
  readonly name: string
  readonly tenant: string
  readonly digest: string
  readonly prefix: string
  readonly last_four: string
  readonly scopes: string
  readonly created_at: bigint
  readonly revoked_at: bigint | null
  readonly team: string | null
  readonly models: string | null
  readonly purposes: string | null
  readonly limits: string | null
  readonly expires_at: bigint | null
  readonly former_digest: string | null
  readonly former_until: bigint | null
}

/** What the holder of a key may do, as columns. */
export const toRightsRow = (rights: KeyRights) => ({
  name: toText(rights.name),
  scopes: JSON.stringify(rights.scopes),
  team: toNullable(rights.team, toText),
  models: toNullable(rights.models, JSON.stringify),
  purposes: toNullable(rights.purposes, JSON.stringify),
  limits: toNullable(rights.limits, JSON.stringify),
  expires_at: toNullable(rights.expiresAt, toMilliseconds),
})

/** A virtual key as a row. */
export const toVirtualKeyRow = (key: VirtualKey): VirtualKeyRow => ({
  ...toRightsRow(key),
  id: key.id,
  tenant: toText(key.tenant),
  digest: key.digest,
  prefix: key.prefix,
  last_four: key.lastFour,
  created_at: toMilliseconds(key.createdAt),
  revoked_at: toNullable(key.revokedAt, toMilliseconds),
  former_digest: key.former?.digest ?? null,
  former_until: toNullable(key.former?.until, toMilliseconds),
})

/** A virtual key from its row. */
export const fromVirtualKeyRow = (row: VirtualKeyRow): VirtualKey => ({
  id: row.id,
  name: row.name,
  tenant: row.tenant,
  digest: row.digest,
  prefix: row.prefix,
  lastFour: row.last_four,
  scopes: fromJson<readonly Scope[]>(row.scopes),
  createdAt: Number(row.created_at),
  revokedAt: fromNullable(row.revoked_at, Number),
  team: row.team ?? undefined,
  models: fromNullable(row.models, fromJson<readonly string[]>),
  purposes: fromNullable(row.purposes, fromJson<readonly string[]>),
  limits: fromNullable(row.limits, (text) => fromJson<JsonObject>(text) as KeyLimits),
  expiresAt: fromNullable(row.expires_at, Number),
  former: fromNullable(row.former_digest, (digest) => ({
    digest,
    until: Number(row.former_until),
  })),
})
