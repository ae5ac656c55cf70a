import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import type { Verdict } from '../core/feedback/verdict.ts'
import { isId } from '../core/ids.ts'
import type { ImageRecord } from '../core/jobs/request-record.ts'
import { sharersOf } from './cache-pools.ts'
import type { Dependencies } from './dependencies.ts'

/** What is told of a picture, or of all pictures of a request. */
interface About {
  /** Id of a picture or of a request. */
  readonly subject: string
  /** Whose it must be; undefined = anybody's, for those who keep the whole gateway. */
  readonly tenant?: string
}

/** What somebody thinks of it. */
export interface GivenVerdict
  extends About,
    Pick<Verdict, 'rater' | 'isAccepted' | 'score' | 'reason'> {}

/** How it did, by a figure where more is better: clicks or sales for each view. */
export interface GivenFigure extends About {
  readonly value: number
  /** What is usual there. */
  readonly baseline: number
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
  const { subject, rater, isAccepted, score, reason } = given
  const verdicts: Verdict[] = []
  for (const image of await ownPictures(given, deps.stores)) {
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

/**
 * Takes a figure of the business as evidence, a weak one: what sells depends on more than the
 * picture. It is nobody's verdict, so it changes no cost per accepted picture and no cache, and
 * what people say of the picture outweighs it. A newer figure takes the place of an older one.
 * @returns the pictures that it is about.
 * @throws GatewayError `not_found` for an unknown subject and for another tenant's alike.
 */
export async function takeFigure(
  { value, baseline, ...about }: GivenFigure,
  { stores, learning }: Dependencies,
): Promise<readonly ImageRecord[]> {
  const own = await ownPictures(about, stores)
  const outcome = { kind: 'performed', isAbove: value >= baseline } as const
  for (const image of own) await learning.evidence.hear(image.id, outcome)
  return own
}

async function ownPictures(
  { subject, tenant }: About,
  stores: Dependencies['stores'],
): Promise<readonly ImageRecord[]> {
  const images = await picturesOf(subject, stores)
  const own = images.filter((image) => tenant === undefined || image.tenant === tenant)
  if (own.length > 0) return own
  const message = `There is no picture or request ${subject.slice(0, 40)}.`
  throw new GatewayError('not_found', message, { param: 'id' })
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
