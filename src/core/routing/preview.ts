import type { ImageRequest, Size } from '../request/image-request.ts'
import type { Candidate, PreviewPart } from './plan.ts'

/** Longest edge of a draft that is only looked at for seconds, in pixels. */
const MOST_EDGE = 512
/** A draft that takes longer than this share of the picture's own time is hardly seen. */
const MOST_TIME_SHARE = 0.5

/**
 * A picture at the resolution of a preview, with the same shape.
 * @example previewSize({ width: 1536, height: 1024 }) // { width: 512, height: 341 }
 */
function previewSize({ width, height }: Size): Size {
  const scale = Math.min(1, MOST_EDGE / Math.max(width, height))
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  }
}

/** How a request looks that asks for the draft alone, without what only the picture must have. */
export function previewRequest(request: ImageRequest, finished: Size): ImageRequest {
  const { operation, prompt, negativePrompt, images, mask, moderation, endUser } = request
  return {
    ...{ operation, prompt, images, model: 'auto:cheapest', purpose: 'preview' },
    ...(negativePrompt === undefined ? {} : { negativePrompt }),
    ...(mask === undefined ? {} : { mask }),
    ...(moderation === undefined ? {} : { moderation }),
    ...(endUser === undefined ? {} : { endUser }),
    ...{ n: 1, size: previewSize(finished), quality: 'low', needs: [], tags: {}, strict: false },
    ...{ cache: 'allow', cacheIsExplicit: false, providerOptions: {} },
  }
}

/**
 * The cheapest draft that is cheap enough and quick enough to be worth it; undefined when none is.
 * @param about.secondsOf what a call of an offer takes
 */
export function choosePreview(
  candidates: readonly Candidate[],
  final: Candidate,
  about: {
    readonly mostShare: number
    readonly secondsOf: (candidate: Candidate) => number
  },
): Pick<PreviewPart, 'step' | 'share'> | undefined {
  const finalNano = Number(final.quote.expectedNano)
  const mostSeconds = about.secondsOf(final) * MOST_TIME_SHARE
  const shareOf = ({ quote }: Candidate): number =>
    quote.expectedNano === 0n ? 0 : Number(quote.expectedNano) / finalNano
  const worth = candidates.filter(
    (each) =>
      // One request belongs to one book.
      each.isSimulated === final.isSimulated &&
      shareOf(each) <= about.mostShare &&
      about.secondsOf(each) <= mostSeconds,
  )
  const [step] = worth.toSorted((a, b) => shareOf(a) - shareOf(b) || (a.offer < b.offer ? -1 : 1))
  return step === undefined ? undefined : { step, share: shareOf(step) }
}
