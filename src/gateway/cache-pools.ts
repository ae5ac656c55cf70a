/** Tenants that share one cache, by the name of their pool. */
export type CachePools = Readonly<Record<string, readonly string[]>>

/**
 * Under which name the pictures of a tenant are cached: its own, or that of its pool, which no
 * tenant can have because of the colon.
 */
export function poolOf(tenant: string, pools: CachePools = {}): string {
  const found = Object.entries(pools).find(([, tenants]) => tenants.includes(tenant))
  return found === undefined ? tenant : `pool:${found[0]}`
}

/** All who share the cache of a tenant, itself among them. */
export const sharersOf = (tenant: string, pools: CachePools = {}): readonly string[] =>
  Object.values(pools).find((tenants) => tenants.includes(tenant)) ?? [tenant]
