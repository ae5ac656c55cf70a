import type { Resolution } from '../core/catalog/catalog.ts'
import {
  type MeasuredSeconds,
  secondsKey,
  withMeasuredSeconds,
} from '../core/catalog/measured-seconds.ts'
import { offerName } from '../core/catalog/model.ts'
import type { Unfit } from '../core/catalog/settings.ts'
import type { ImageRequest } from '../core/request/image-request.ts'
import { type Result, refused } from '../core/result.ts'
import type { Candidate, Exclusion } from '../core/routing/plan.ts'
import { type Estimator, quoteOffer, type WantedOffer } from '../core/routing/quote-offer.ts'
import { waitingFor } from '../core/routing/waiting-cost.ts'
import type { Instant } from '../core/time.ts'
import type { Provider } from '../ports/provider.ts'
import type { Snapshot } from './snapshot.ts'

/** What every offer that a request may mean would cost, and why the others cannot be called. */
export interface QuotedOffers {
  readonly candidates: readonly Candidate[]
  readonly exclusions: readonly Exclusion[]
}

/** Quotes a request at every offer that its model name means. Pure. */
export function quoteOffers(
  asked: {
    readonly request: ImageRequest
    readonly resolution: Resolution
    readonly images: number
  },
  snapshot: Snapshot,
  now: Instant,
): QuotedOffers {
  const { request, resolution, images } = asked
  const isPinned = resolution.auto === undefined
  const candidates: Candidate[] = []
  const exclusions: Exclusion[] = []
  for (const model of resolution.models) {
    const quoted = quoteAtProvider({ request, model, images, isPinned }, snapshot, now)
    if (quoted.ok) candidates.push(awaited(quoted.value, snapshot))
    else exclusions.push({ offer: offerName(model), unfit: quoted.refusal })
  }
  return { candidates, exclusions }
}

/** A candidate with what waiting for it costs, where the operator says so. */
export function awaited(candidate: Candidate, { waiting: price }: Snapshot): Candidate {
  const waiting = price && waitingFor(price.rate, price.secondsOf(candidate.model))
  return waiting === undefined ? candidate : { ...candidate, waiting }
}

/** Quotes one model at its provider, when that is configured. */
export function quoteAtProvider(
  wanted: WantedOffer,
  { providers, book, measured }: Snapshot,
  now: Instant,
): Result<Candidate, Unfit> {
  const { provider: id } = wanted.model
  const provider = providers.get(id)
  if (provider !== undefined) {
    return quoteOffer(wanted, measuredAt(provider, measured), book, now)
  }
  return refused({ code: 'lifecycle', reason: `${id} is not configured` })
}

/** A provider whose estimates are made of what calls alike really took. */
const measuredAt = (provider: Provider, measured: MeasuredSeconds | undefined): Estimator =>
  measured === undefined
    ? provider
    : {
        isSimulated: provider.isSimulated,
        checkOptions: (call) => provider.checkOptions(call),
        estimate: (call) =>
          withMeasuredSeconds(provider.estimate(call), measured(secondsKey(call)), call.n),
      }
