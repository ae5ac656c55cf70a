import type { Resolution } from '../core/catalog/catalog.ts'
import { offerName } from '../core/catalog/model.ts'
import type { Unfit } from '../core/catalog/settings.ts'
import type { ImageRequest, Size } from '../core/request/image-request.ts'
import { ok, type Result, refused } from '../core/result.ts'
import type { Candidate, Exclusion } from '../core/routing/plan.ts'
import {
  askedSize,
  requestBy,
  sizesFor,
  type Variant,
  variantsOf,
} from '../core/routing/variants.ts'
import type { Instant } from '../core/time.ts'
import { awaited, type QuotedOffers, quoteAtProvider, quoteOffers } from './quote-offers.ts'
import type { Snapshot } from './snapshot.ts'

/** A way to make the picture, with what it costs now. */
export interface QuotedVariant {
  readonly variant: Variant
  readonly candidate: Candidate
}

/** What is to be quoted at every offer. */
export interface OpenRequest {
  readonly request: ImageRequest
  readonly resolution: Pick<Resolution, 'models'>
  readonly images: number
  /** See `shownSize`. */
  readonly shown: Size | undefined
}

/**
 * Quotes all ways to make the picture that differ in what they cost: of sizes that will do the
 * cheapest, other numbers of steps only where they are billed. Pure.
 */
export function quoteVariants(
  { request, resolution, images, shown }: OpenRequest,
  snapshot: Snapshot,
  now: Instant,
): { readonly options: readonly QuotedVariant[]; readonly exclusions: readonly Exclusion[] } {
  const options: QuotedVariant[] = []
  const exclusions: Exclusion[] = []
  for (const model of resolution.models) {
    const cheapest = new Map<string, QuotedVariant>()
    let unfit: Unfit | undefined
    for (const variant of variantsOf(request, model, shown)) {
      const quoted = quoteVariant({ variant, request, images }, snapshot, now)
      if (!quoted.ok) unfit ??= quoted.refusal
      else keepCheaper(cheapest, { variant, candidate: awaited(quoted.value, snapshot) })
      // What cannot be called at all cannot be called with other settings either.
      if (!quoted.ok && cheapest.size === 0 && isHopeless(quoted.refusal)) break
    }
    options.push(...withoutFreeSteps([...cheapest.values()]))
    if (cheapest.size === 0 && unfit !== undefined) {
      exclusions.push({ offer: offerName(model), unfit })
    }
  }
  return { options, exclusions }
}

const isHopeless = ({ code }: Unfit): boolean =>
  ['operation', 'needs', 'inputs', 'prompt', 'lifecycle', 'options'].includes(code)

function keepCheaper(cheapest: Map<string, QuotedVariant>, quoted: QuotedVariant): void {
  const { quality, steps } = quoted.variant
  const key = `${quality} ${steps}`
  const before = cheapest.get(key)
  const isCheaper =
    before === undefined ||
    quoted.candidate.quote.expectedNano < before.candidate.quote.expectedNano
  if (isCheaper) cheapest.set(key, quoted)
}

/** Fewer steps that cost as much as the usual ones are only worse. */
const withoutFreeSteps = (options: readonly QuotedVariant[]): readonly QuotedVariant[] =>
  options.filter(({ variant, candidate }) => {
    if (variant.steps === undefined) return true
    const usual = options.find(
      (other) => other.variant.steps === undefined && other.variant.quality === variant.quality,
    )
    const usualNano = usual?.candidate.quote.expectedNano
    return usualNano !== undefined && candidate.quote.expectedNano < usualNano
  })

/**
 * Quotes a request at the offers that its name means. Where it says on which display the picture
 * will stand and names no size, each makes it at the cheapest size that will do. Pure.
 */
export function quoteShown(
  asked: Parameters<typeof quoteOffers>[0],
  snapshot: Snapshot,
  now: Instant,
): QuotedOffers {
  const { request, resolution, images } = asked
  const shown = askedSize(request)
  if (shown === undefined) return quoteOffers(asked, snapshot, now)
  const candidates: Candidate[] = []
  const exclusions: Exclusion[] = []
  for (const model of resolution.models) {
    const quotes = sizesFor(shown, model).map((size) => {
      const wanted = { variant: { model, size, shown }, request, images }
      return quoteVariant({ ...wanted, isPinned: resolution.auto === undefined }, snapshot, now)
    })
    const [cheapest] = quotes
      .flatMap((quoted) => (quoted.ok ? [quoted.value] : []))
      .toSorted((one, other) => Number(one.quote.expectedNano - other.quote.expectedNano))
    const [refusal] = quotes.flatMap((quoted) => (quoted.ok ? [] : [quoted.refusal]))
    if (cheapest !== undefined) candidates.push(awaited(cheapest, snapshot))
    else if (refusal !== undefined) exclusions.push({ offer: offerName(model), unfit: refusal })
  }
  return { candidates, exclusions }
}

/** Quotes one way to make the picture; what is made larger than it is shown is scaled down. */
export function quoteVariant(
  wanted: {
    readonly variant: Variant
    readonly request: ImageRequest
    readonly images: number
    /** The model was named. */
    readonly isPinned?: boolean
  },
  snapshot: Snapshot,
  now: Instant,
): Result<Candidate, Unfit> {
  const { variant, images, isPinned = false } = wanted
  const { model, size, shown } = variant
  const request = requestBy(wanted.request, variant)
  const quoted = quoteAtProvider({ request, model, images, isPinned }, snapshot, now)
  if (!quoted.ok || size === undefined || shown === undefined) return quoted
  if (size.width === shown.width && size.height === shown.height) return quoted
  const made = `made at ${size.width}x${size.height}`
  const detail = `${made}, then scaled to ${shown.width}x${shown.height}`
  if (request.strict) {
    const reason = `with strict nothing may be adapted, but the picture would be ${detail}`
    return refused({ code: 'strict', param: 'display', reason })
  }
  const { fit } = quoted.value
  const reports = fit.reports.filter(({ param }) => param !== 'size')
  return ok({
    ...quoted.value,
    fit: {
      ...fit,
      finishing: { ...fit.finishing, resize: shown },
      reports: [...reports, { param: 'size', outcome: 'approximated', detail }],
    },
  })
}
