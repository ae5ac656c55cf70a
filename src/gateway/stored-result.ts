import type { CallSettings } from '../core/catalog/settings.ts'
import type { Attempt, ImageRecord } from '../core/jobs/request-record.ts'
import type { JsonObject } from '../core/json.ts'
import type { Warning } from '../core/request/image-request.ts'
import type { Dependencies } from './dependencies.ts'
import { loadImage } from './load-image.ts'
import type { Receipt } from './receipt.ts'
import type { GatewayResult } from './result.ts'
import { sumTokens } from './sum-tokens.ts'

/**
 * The answer of a request that has ended, made of what is stored, as its caller got it or would
 * have got it. What a provider resolved `auto` to is not stored: what was asked of it stands there.
 */
export async function storedResult(receipt: Receipt, deps: Dependencies): Promise<GatewayResult> {
  const { request, attempts } = receipt
  const summary = request.summary ?? {}
  const images = await pictures(receipt, summary, deps)
  const producing = attempts.filter(({ outcome }) => outcome === 'produced')
  const tokens = sumTokens(producing.map(({ usage }) => usage))
  const { listCostNano, savedNano } = request
  return {
    requestId: request.id,
    createdAt: request.createdAt,
    images: images.map((record) => ({ record, load: () => loadImage(record, deps) })),
    costNano: request.costNano,
    ...(listCostNano === undefined ? {} : { listCostNano }),
    ...(savedNano === undefined ? {} : { savedNano }),
    book: request.book,
    provider: text(summary.provider),
    model: text(summary.model),
    route: text(summary.route),
    attempts: attempts.length,
    cache: text(summary.cache),
    priceVersion: request.priceVersion,
    warnings: (summary.warnings ?? []) as unknown as readonly Warning[],
    resolved: settingsOf(producing[0]),
    ...(tokens === undefined ? {} : { tokens }),
    overheadMs: Number(summary.overhead_ms ?? 0),
    release: () => undefined,
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

const settingsOf = (attempt: Attempt | undefined): CallSettings =>
  (attempt?.call.settings ?? {}) as CallSettings

/** In the order of the answer; those from the cache belong to other requests. */
async function pictures(
  { images }: Receipt,
  { images: ids = [] }: JsonObject,
  { stores }: Dependencies,
): Promise<readonly ImageRecord[]> {
  const own = new Map(images.map((image) => [image.id, image]))
  const found = await Promise.all(
    (ids as readonly string[]).map((id) => own.get(id) ?? stores.requests.image(id)),
  )
  return found.filter((image) => image !== undefined)
}
