import type { Made } from '../core/jobs/request-record.ts'
import { qualityOfCall, sizeOfCall } from '../core/usage/call-shape.ts'
import type { GatewayResult } from './result.ts'
import type { Run } from './run.ts'

/**
 * What an answer was made of. Offer, size and quality are those of the call that made its first
 * picture; of a picture from the cache only the offer and its pixels are known.
 */
export function madeOf(run: Run, { images }: GatewayResult): Made {
  const cachedIds = new Set(run.hits.map(({ record }) => record.id))
  const cached = images.filter(({ record }) => cachedIds.has(record.id)).length
  const first = images[0]?.record
  if (first === undefined) return { images: 0, cached: 0 }
  const maker = run.ended.find(({ attempt }) => attempt.id === first.attemptId)
  const call = maker?.attempt.call
  const size = call === undefined ? `${first.width}x${first.height}` : sizeOfCall(call)
  const quality = call === undefined ? '' : qualityOfCall(call)
  return {
    images: images.length,
    cached,
    offer: `${first.provider}/${first.model}`,
    ...(size === '' ? {} : { size }),
    ...(quality === '' ? {} : { quality }),
  }
}
