import type { CacheFilter } from '../core/cache/cache-filter.ts'
import { reportTiers, type TierReport } from '../core/cache/lookup.ts'
import { invalid } from '../core/errors/gateway-error.ts'
import { isId } from '../core/ids.ts'
import type { JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import { type Instant, parseDuration } from '../core/time.ts'
import type { CachedPicture, CacheSize } from '../ports/cache-entries.ts'
import type { Stores } from '../ports/stores.ts'

/** What the cache did over a time, and what it holds now. */
export interface CacheReport {
  readonly tiers: readonly TierReport[]
  readonly size: CacheSize
}

/** Reads the report of all tenants, or of one. */
export async function readCacheReport(
  range: {
    readonly from: Instant
    readonly to: Instant
    readonly tenant?: string
    readonly now: Instant
  },
  { cacheLookups, cacheEntries }: Pick<Stores, 'cacheLookups' | 'cacheEntries'>,
): Promise<CacheReport> {
  const [sums, size] = await Promise.all([
    cacheLookups.sums(range),
    cacheEntries.size(range.now, range.tenant),
  ])
  return { tiers: reportTiers(sums), size }
}

/** Prints a report as JSON. */
export const printCacheReport = ({ tiers, size }: CacheReport): JsonObject => ({
  object: 'cache',
  ...size,
  saved: dollarsFromNano(tiers.reduce((sum, { savedNano }) => sum + savedNano, 0n)),
  tiers: tiers.map((tier) => ({
    tier: tier.result,
    lookups: tier.lookups,
    hit_rate: tier.hitRate,
    accepted: tier.accepted,
    rejected: tier.rejected,
    wrong_rate: tier.wrongRate,
    wrong_upper95: tier.wrongUpper95,
    saved: dollarsFromNano(tier.savedNano),
    lost: dollarsFromNano(tier.lostNano),
    mean_latency_ms: tier.meanLatencyMs,
    mean_age_s: tier.meanAgeMs / 1_000,
  })),
})

/** Prints a picture that the cache holds. */
export const printCachedPicture = (cached: CachedPicture): JsonObject => ({
  object: 'cached_image',
  id: cached.image.id,
  prompt: cached.prompt,
  tenant: cached.image.tenant,
  provider: cached.image.provider,
  model: cached.image.model,
  width: cached.image.width,
  height: cached.image.height,
  cost: dollarsFromNano(cached.image.costNano),
  keys: cached.keys,
  pinned: cached.isPinned,
  created_at: new Date(cached.image.createdAt).toISOString(),
  expires_at: cached.isPinned ? null : new Date(cached.expiresAt).toISOString(),
})

/** A filter in the words of a query or a command line. */
export interface FilterWords {
  readonly id?: string | undefined
  readonly prompt?: string | undefined
  /** `name` or `name=value`. */
  readonly tag?: string | undefined
  /** A duration: 30m, 12h, 7d. */
  readonly older_than?: string | undefined
  readonly tenant?: string | undefined
}

/** @throws GatewayError that names the word. */
export function readCacheFilter(words: FilterWords, now: Instant): CacheFilter {
  const { id, prompt, tag, older_than: olderThan, tenant } = words
  if (id !== undefined && !isId('img', id)) throw invalid('id', 'id must be that of a picture.')
  if (prompt?.trim() === '') throw invalid('prompt', 'prompt must not be empty.')
  const age = olderThan === undefined ? undefined : parseDuration(olderThan)
  if (olderThan !== undefined && age === undefined) {
    throw invalid('older_than', 'older_than must be seconds, or 30m, 72h, 7d.')
  }
  const [name = '', ...value] = tag?.split('=') ?? []
  if (tag !== undefined && name === '') throw invalid('tag', 'tag must be name or name=value.')
  return {
    ...(id === undefined ? {} : { imageId: id }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(tag === undefined
      ? {}
      : { tag: { name, ...(value.length === 0 ? {} : { value: value.join('=') }) } }),
    ...(age === undefined ? {} : { before: now - age }),
    ...(tenant === undefined ? {} : { tenant }),
  }
}

/**
 * The filter of a purge, which must say what goes.
 * @throws GatewayError when it says nothing, or `all` beside something.
 */
export function readPurge(
  { all, ...words }: FilterWords & { readonly all?: boolean | undefined },
  now: Instant,
): CacheFilter {
  const { tenant: _, ...what } = words
  const isNamed = Object.values(what).some((word) => word !== undefined)
  if (isNamed && all === true) throw invalid('all', 'Give all, or what is to go, not both.')
  if (!isNamed && all !== true) {
    throw invalid('id', 'Say what is to go: id, prompt, tag, older_than, or all.')
  }
  return readCacheFilter(words, now)
}
