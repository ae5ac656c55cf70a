import { resolveModel } from '../core/catalog/catalog.ts'
import type { Attempt, RequestRecord } from '../core/jobs/request-record.ts'
import { fromStoredRequest } from '../core/jobs/stored-request.ts'
import type { Nano } from '../core/money.ts'
import type { PriceChange } from '../core/pricebook/feed/price-change.ts'
import {
  NO_PURPOSE,
  type PriceImpact,
  type Reroute,
} from '../core/pricebook/feed/recorded-change.ts'
import { type PriceBook, priceAt } from '../core/pricebook/price-book.ts'
import { rate } from '../core/pricing/rate.ts'
import type { Usage } from '../core/pricing/usage.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import { makePlan } from '../core/routing/make-plan.ts'
import { rankingOf } from '../core/routing/plan.ts'
import type { Instant } from '../core/time.ts'
import type { HistoryStore } from '../ports/history-store.ts'
import type { Snapshot } from './dependencies.ts'
import { quoteOffers } from './quote-offers.ts'

/** Limits of looking back; what lies beyond is scaled up and said to be an estimate. */
const limits = {
  windowMs: 30 * 86_400_000,
  /** Calls to one offer that are priced anew. */
  maxCalls: 2_000,
  /** Requests that are read to find what each purpose asks for. */
  maxRequests: 1_000,
  /** Requests of one purpose that are planned anew. */
  maxPerPurpose: 10,
  /** Changes whose effect is worked out at one time; a first reading of a feed has hundreds. */
  maxChanges: 50,
} as const

/** What is compared: the same requests before and after. */
export interface Comparison {
  readonly before: Snapshot
  readonly after: Snapshot
  readonly now: Instant
}

const comparable: ReadonlySet<PriceChange['kind']> = new Set([
  'raised',
  'cut',
  'restructured',
  'corrected',
  'disappeared',
])

/**
 * What changes of prices mean for the own traffic of the last 30 days: dollars a month, by rating
 * the same calls again, and which purposes go elsewhere, by planning the same requests again. The
 * rater and the planner are the gateway's own.
 * @returns an impact for each change that has one, by the change's id.
 */
export async function impactsOf(
  changes: readonly PriceChange[],
  comparison: Comparison,
  history: HistoryStore,
): Promise<ReadonlyMap<string, PriceImpact>> {
  const relevant = changes
    .filter(({ subject, kind, state }) => {
      return subject === 'price' && state === 'applied' && comparable.has(kind)
    })
    .slice(0, limits.maxChanges)
  if (relevant.length === 0) return new Map()
  const since = comparison.now - limits.windowMs
  const requests = await history.requests({ since, limit: limits.maxRequests })
  const impacts = new Map<string, PriceImpact>()
  for (const change of relevant) {
    const { offer } = change
    const [calls, found] = await Promise.all([
      history.countCallsTo(offer, since),
      history.callsTo({ offer, since, limit: limits.maxCalls }),
    ])
    const sampleNano = found.reduce((sum, call) => sum + differenceOf(call, comparison), 0n)
    const sampled = found.length
    const monthlyNano = sampled === 0 ? 0n : (sampleNano * BigInt(calls)) / BigInt(sampled)
    const reroutes = reroutesOf(requests, offer, comparison)
    impacts.set(change.id, { calls, sampled, monthlyNano, reroutes })
  }
  return impacts
}

/** What one call of the past would cost now, less what it would have cost by the old book. */
function differenceOf(call: Attempt, { before, after, now }: Comparison): Nano {
  const usage = call.usage as unknown as Usage | undefined
  if (usage === undefined || usage.images <= 0) return 0n
  const [old, fresh] = [before.book, after.book].map((book) => costOf(book, call, usage, now))
  return old === undefined || fresh === undefined ? 0n : fresh - old
}

function costOf(book: PriceBook, call: Attempt, usage: Usage, now: Instant): Nano | undefined {
  const settings = (call.call.settings ?? {}) as { quality?: string; resolution?: string }
  const size = call.call.expectedSize as { width: number; height: number } | undefined
  const key = {
    offer: call.offer,
    operation: usage.operation ?? 'generate',
    ...(settings.quality === undefined ? {} : { quality: settings.quality }),
    ...(settings.resolution === undefined ? {} : { resolution: settings.resolution }),
    ...(size === undefined ? {} : { size: `${size.width}x${size.height}` }),
  }
  const row = priceAt(book, key, now)
  if (row === undefined) return undefined
  const rated = rate(row, usage)
  return rated.ok ? rated.charge.totalNano : undefined
}

/** Purposes whose requests are routed elsewhere because of what happened to one offer. */
function reroutesOf(
  records: readonly RequestRecord[],
  offer: string,
  { before, after, now }: Comparison,
): readonly Reroute[] {
  const byPurpose = Map.groupBy(records.flatMap(requestOf), ({ purpose }) => purpose ?? NO_PURPOSE)
  return [...byPurpose].flatMap(([purpose, all]) => {
    const requests = all.slice(0, limits.maxPerPurpose)
    const moves = requests
      .map((request) => ({
        from: firstOffer(request, before, now),
        to: firstOffer(request, after, now),
      }))
      .filter(({ from, to }) => from !== to && (from === offer || to === offer))
    const [move] = moves
    if (move === undefined) return []
    return [{ purpose, ...move, requests: requests.length, moved: moves.length }]
  })
}

/** A request that only the cache answered, or of an older version, may not be readable any more. */
function requestOf(record: RequestRecord): readonly ImageRequest[] {
  try {
    return [fromStoredRequest(record.request)]
  } catch {
    return []
  }
}

/**
 * The offer that the planner would choose; null when none can serve the request. A request that an
 * older version wrote may lack what planning reads; it must not hide what the others say.
 */
function firstOffer(request: ImageRequest, snapshot: Snapshot, now: Instant): string | null {
  try {
    const resolution = resolveModel(snapshot.catalog, request.model, now)
    const quoted = quoteOffers({ request, resolution, images: request.n }, snapshot, now)
    const ranking = rankingOf(resolution)
    const plan = makePlan({ ...quoted, ranking, maxSteps: 1 })
    return plan.steps[0]?.offer ?? null
  } catch {
    return null
  }
}
