import type { ImageRecord, RequestRecord } from '../jobs/request-record.ts'
import type { JsonObject } from '../json.ts'
import { dollarsFromNano } from '../money.ts'
import type { ImageRequest } from '../request/image-request.ts'
import type { Notice } from './notice.ts'

/** What is told of a request that ended. Prompts are not: receivers keep logs. */
export function requestNotice(
  record: RequestRecord,
  request: ImageRequest,
  images: readonly ImageRecord[],
): Notice {
  const { id, tenant, state, operation, model, costNano, book, summary, error } = record
  const dollars = (nano: bigint | undefined) =>
    nano === undefined ? undefined : dollarsFromNano(nano)
  const data: JsonObject = {
    id,
    object: 'request',
    status: state,
    operation,
    model: summary?.model || model,
    provider: summary?.provider || undefined,
    route: summary?.route,
    cache: summary?.cache,
    purpose: request.purpose,
    group: request.group,
    user: request.endUser,
    tags: Object.keys(request.tags).length > 0 ? request.tags : undefined,
    cost: dollarsFromNano(costNano),
    list_cost: dollars(record.listCostNano),
    saved: dollars(record.savedNano),
    simulated: book === 'simulated',
    images: images.map(printImage),
    error,
  }
  const type = images.length > 0 ? 'image.completed' : 'image.failed'
  return { type, tenant, at: record.endedAt ?? record.createdAt, data }
}

const printImage = (image: ImageRecord): JsonObject => ({
  id: image.id,
  format: image.format,
  width: image.width,
  height: image.height,
  bytes: image.byteLength,
  sha256: image.digest,
})
