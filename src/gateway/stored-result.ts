import type { CallSettings } from '../core/catalog/settings.ts'
import type { RequestRecord } from '../core/jobs/request-record.ts'
import { isObject, type JsonObject } from '../core/json.ts'
import { dollarsFromNano } from '../core/money.ts'
import type { Warning } from '../core/request/image-request.ts'
import type { Dependencies } from './dependencies.ts'
import { loadImage } from './load-image.ts'
import { type GatewayResult, scored } from './result.ts'

/** What a record keeps of an answer: all that is needed to give it once more, and receipts show. */
export const toSummary = (result: GatewayResult): JsonObject => ({
  answered_at: new Date(result.answeredAt).toISOString(),
  route: result.route,
  provider: result.provider,
  model: result.model,
  cache: result.cache,
  attempts: result.attempts,
  images: result.images.map(({ record }) => record.id),
  warnings: result.warnings.map((warning) => ({ ...warning })),
  overhead_ms: result.overheadMs,
  cost: dollarsFromNano(result.costNano),
  resolved: { ...result.resolved } as JsonObject,
  tokens: result.tokens === undefined ? undefined : { ...result.tokens },
})

/**
 * The answer of a request that has ended, made of what is stored, as its caller got it or would
 * have got it.
 */
export async function storedResult(
  record: RequestRecord,
  deps: Pick<Dependencies, 'stores' | 'images'>,
): Promise<GatewayResult> {
  const { summary = {}, listCostNano, savedNano, plan: { drafts } = {} } = record
  // A picture from the cache belongs to another request, so each is found by its own id.
  const ids = (summary.images ?? []) as readonly string[]
  const found = await Promise.all(ids.map((id) => deps.stores.requests.image(id)))
  const images = found.filter((image) => image !== undefined)
  const tokens = summary.tokens as GatewayResult['tokens']
  return {
    requestId: record.id,
    createdAt: record.createdAt,
    answeredAt: Date.parse(text(summary.answered_at)) || (record.endedAt ?? record.createdAt),
    images: images.map((image) => ({ record: image, load: () => loadImage(image, deps) })),
    costNano: record.costNano,
    ...(listCostNano === undefined ? {} : { listCostNano }),
    ...(savedNano === undefined ? {} : { savedNano }),
    book: record.book,
    provider: text(summary.provider),
    model: text(summary.model),
    route: text(summary.route),
    attempts: Number(summary.attempts ?? 0),
    cache: text(summary.cache),
    priceVersion: record.priceVersion,
    warnings: (summary.warnings ?? []) as unknown as readonly Warning[],
    resolved: (summary.resolved ?? {}) as CallSettings,
    ...(tokens === undefined ? {} : { tokens }),
    ...(isObject(drafts) ? { drafts: drafts as JsonObject } : {}),
    ...scored(images),
    overheadMs: Number(summary.overhead_ms ?? 0),
    release: () => undefined,
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
