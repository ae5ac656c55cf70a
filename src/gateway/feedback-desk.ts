import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import type { Verdict } from '../core/feedback/verdict.ts'
import { isId } from '../core/ids.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import { sharersOf } from './cache-pools.ts'
import type { Dependencies } from './dependencies.ts'

/** A verdict on a picture, or on all pictures of a request. */
export interface GivenVerdict extends Pick<Verdict, 'rater' | 'isAccepted' | 'score' | 'reason'> {
  /** Id of a picture or of a request. */
  readonly subject: string
  /** Whose it must be; undefined = anybody's, for those who keep the whole gateway. */
  readonly tenant?: string
}

/**
 * Takes what somebody says of pictures. The last word of each rater counts. A rejected picture
 * leaves the cache at once: nobody gets it again.
 * @returns the verdicts as they stand.
 * @throws GatewayError `not_found` for an unknown subject and for another tenant's alike.
 */
export async function takeVerdict(
  given: GivenVerdict,
  deps: Dependencies,
): Promise<readonly Verdict[]> {
  const { subject, tenant, rater, isAccepted, score, reason } = given
  const images = await picturesOf(subject, deps.stores)
  const own = images.filter((image) => tenant === undefined || image.tenant === tenant)
  if (own.length === 0) {
    const message = `There is no picture or request ${subject.slice(0, 40)}.`
    throw new GatewayError('not_found', message, { param: 'id' })
  }
  const verdicts: Verdict[] = []
  for (const image of own) {
    const verdict: Verdict = {
      ...{ imageId: image.id, requestId: image.requestId, tenant: image.tenant, rater, isAccepted },
      ...(score === undefined ? {} : { score }),
      ...(reason === undefined ? {} : { reason }),
      at: deps.clock.now(),
    }
    const sharers = sharersOf(image.tenant, deps.cachePools)
    const before = await deps.stores.feedback.put(verdict, sharers)
    await deps.lookups.judge(verdict, { subject, ...deps })
    deps.emit({
      kind: 'verdict-given',
      image,
      verdict,
      ...(before === undefined ? {} : { before }),
    })
    await deps.learning.evidence.hear(image.id, {
      kind: isAccepted ? 'accepted' : 'rejected',
    })
    verdicts.push(verdict)
  }
  return verdicts
}

/** What the cache gave belongs to the request that it was made for: the answer names it. */
async function givenBy(
  requestId: string,
  requests: Dependencies['stores']['requests'],
): Promise<readonly ImageRecord[]> {
  const ids = (await requests.request(requestId))?.summary?.images
  const found = await Promise.all(
    (Array.isArray(ids) ? ids : []).map((id) => requests.image(String(id))),
  )
  return found.filter((image) => image !== undefined)
}

async function picturesOf(
  subject: string,
  { requests }: Dependencies['stores'],
): Promise<readonly ImageRecord[]> {
  const isPublished = ({ state }: ImageRecord): boolean => state === 'published'
  if (isId('img', subject)) {
    const image = await requests.image(subject)
    return image === undefined || !isPublished(image) ? [] : [image]
  }
  if (isId('req', subject)) {
    const made = await requests.images(subject)
    const given = made.length > 0 ? made : await givenBy(subject, requests)
    return given.filter(isPublished)
  }
  throw invalid('id', 'The id must be that of a picture (img_…) or of a request (req_…).')
}
