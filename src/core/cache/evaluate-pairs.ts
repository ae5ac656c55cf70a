import type { ImageRequest } from '../request/image-request.ts'
import { upperBound } from '../statistics/binomial-bound.ts'
import { type MadePicture, type Owner, reuseFault, reuseKeyText } from './reuse-key.ts'
import type { Observation } from './similarity/calibrate.ts'
import { type Lens, nearness } from './similarity/nearness.ts'

/** A request with whose it is, as a line of an evaluation says it. */
export interface LabelledRequest extends Owner {
  readonly request: ImageRequest
}

/** Two requests, and whether a picture of the first may be served for the second. */
export interface LabelledPair {
  readonly made: LabelledRequest
  readonly asked: LabelledRequest
  readonly isSame: boolean
  readonly kind: string
}

/** Prompts: a picture of the anchor may be served for `same` and must not be for `different`. */
export interface LabelledTriplet {
  readonly anchor: LabelledRequest
  readonly same: LabelledRequest
  readonly different: LabelledRequest
  readonly kind: string
}

/** Shares of an evaluation; rates are 0 when nothing was tried, and their bound is then 1. */
export interface PairReport {
  readonly same: { readonly n: number; readonly hits: number; readonly recall: number }
  readonly different: WrongHits
  readonly kinds: Readonly<Record<string, { readonly n: number; readonly hits: number }>>
}

/** Hits that must not be. */
export interface WrongHits {
  readonly n: number
  readonly wrong: number
  readonly rate: number
  /** 95 % Clopper-Pearson bound. */
  readonly upper95: number
}

/** The same for triplets, kind by kind. */
export interface TripletReport {
  readonly n: number
  readonly hits: number
  readonly recall: number
  readonly wrong: number
  readonly rate: number
  readonly upper95: number
}

/** Pixels of a picture whose request names none; both sides of a pair have the same. */
const USUAL = { width: 1024, height: 1024 } as const

/** Whether the cache would serve a picture of one request for another, when it is all it holds. */
export const wouldServe = (made: LabelledRequest, asked: LabelledRequest): boolean =>
  hasSameKey(made, asked) && mayStandFor(made, asked)

/** The same when prompts that are near enough count as one. */
export const servesNear =
  (threshold: number, lens: Lens): typeof wouldServe =>
  (made, asked) =>
    wouldServe(made, asked) || (nearnessOf(made, asked, lens) ?? -1) >= threshold

/** How near two requests are whose normal forms differ; undefined when the guards part them. */
const nearnessOf = (
  made: LabelledRequest,
  asked: LabelledRequest,
  lens: Lens,
): number | undefined =>
  hasSameKey(made, asked) || asked.request.seed !== undefined || !mayStandFor(made, asked)
    ? undefined
    : nearness(made, asked, lens)

/** What a threshold is calibrated on: pairs that only their similarity can tell apart. */
export function observe(
  {
    pairs,
    triplets,
  }: {
    readonly pairs: readonly LabelledPair[]
    readonly triplets: readonly LabelledTriplet[]
  },
  lens: Lens,
): readonly Observation[] {
  const all = [
    ...pairs,
    ...triplets.flatMap(({ anchor, same, different, kind }) => [
      { made: anchor, asked: same, isSame: true, kind },
      { made: anchor, asked: different, isSame: false, kind },
    ]),
  ]
  return all.flatMap(({ made, asked, isSame }) => {
    const similarity = nearnessOf(made, asked, lens)
    return similarity === undefined ? [] : [{ similarity, isSame }]
  })
}

const hasSameKey = (made: LabelledRequest, asked: LabelledRequest): boolean =>
  reuseKeyText(made.request, made) === reuseKeyText(asked.request, asked)

/** What is weighed beside the key: pixels, quality, seeds and how many there are. */
function mayStandFor(made: LabelledRequest, asked: LabelledRequest): boolean {
  // One answer never shows one picture twice.
  if (made.request.n < asked.request.n) return false
  const { size = USUAL, quality } = made.request
  const picture: MadePicture = { ...size, ...(quality === undefined ? {} : { quality }) }
  const fault = reuseFault(picture, asked.request)
  // The very same request with the same seed is an exact hit.
  return fault === undefined || (fault === 'seed' && made.request.seed === asked.request.seed)
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

const wrongHits = (n: number, wrong: number): WrongHits => ({
  n,
  wrong,
  rate: share(wrong, n),
  upper95: upperBound(wrong, n),
})

/** Counts hits over pairs, by kind. */
export function evaluatePairs(
  pairs: readonly LabelledPair[],
  serves: typeof wouldServe = wouldServe,
): PairReport {
  const kinds: Record<string, { n: number; hits: number }> = {}
  const counts = { same: { n: 0, hits: 0 }, different: { n: 0, hits: 0 } }
  for (const { made, asked, isSame, kind } of pairs) {
    const isHit = serves(made, asked)
    kinds[kind] ??= { n: 0, hits: 0 }
    for (const count of [counts[isSame ? 'same' : 'different'], kinds[kind]]) {
      count.n += 1
      if (isHit) count.hits += 1
    }
  }
  const { same, different } = counts
  return {
    same: { ...same, recall: share(same.hits, same.n) },
    different: wrongHits(different.n, different.hits),
    kinds,
  }
}

/** Counts hits over triplets, by kind. */
export function evaluateTriplets(
  triplets: readonly LabelledTriplet[],
  serves: typeof wouldServe = wouldServe,
): Readonly<Record<string, TripletReport>> {
  const kinds = Map.groupBy(triplets, ({ kind }) => kind)
  return Object.fromEntries(
    [...kinds].map(([kind, all]): [string, TripletReport] => {
      const hits = all.filter(({ anchor, same }) => serves(anchor, same)).length
      const wrong = all.filter(({ anchor, different }) => serves(anchor, different)).length
      return [kind, { hits, recall: share(hits, all.length), ...wrongHits(all.length, wrong) }]
    }),
  )
}
