import type { Model } from '../catalog/model.ts'
import type { Nano } from '../money.ts'
import type { PriceBook } from '../pricebook/price-book.ts'
import { priceAt } from '../pricebook/price-book.ts'
import { rate } from '../pricing/rate.ts'
import { usableImageTotal } from '../pricing/strategies/usable-image-total.ts'
import type { ImageRequest } from '../request/image-request.ts'
import type { Instant } from '../time.ts'
import { acceptancePrior } from './acceptance-prior.ts'
import type { Candidate } from './plan.ts'
import { type Estimator, quoteOffer } from './quote-offer.ts'

/** What all offers are compared for. */
export interface Comparison {
  /** The picture: size, quality or steps. */
  readonly request: ImageRequest
  /** The same picture made from another one. */
  readonly edit: ImageRequest
  readonly shares: {
    /** Share of accepted pictures that are enlarged. */
    readonly upscale: number
    /** Share of accepted pictures that are edited. */
    readonly edit: number
  }
  readonly deliveryNano: Nano
}

/** One offer, step by step from its cheapest picture to a usable one. */
export interface ComparedOffer {
  readonly candidate: Candidate
  /** One picture as the model makes it when nothing is asked. */
  readonly baseNano: Nano | undefined
  /** The same at the size that is asked for. */
  readonly sizeNano: Nano | undefined
  /** The same at the quality or steps that are asked for, too: what is paid for each try. */
  readonly tryNano: Nano
  /** One edit of such a picture; undefined where the model cannot, or has no price for it. */
  readonly editNano: Nano | undefined
  /** The cheapest upscale of the provider. */
  readonly upscaleNano: Nano | undefined
  readonly acceptance: string
  /** Undefined where a part that it needs has no price. */
  readonly usableNano: Nano | undefined
}

/** Compares one model; undefined when it cannot make the picture, or nobody knows its price. */
export function compareOffer(
  model: Model,
  wanted: Comparison,
  estimator: Estimator,
  book: PriceBook,
  now: Instant,
): ComparedOffer | undefined {
  const quoted = (request: ImageRequest) =>
    quoteOffer({ request, model, images: 1, isPinned: true }, estimator, book, now)
  const asked = quoted(wanted.request)
  if (!asked.ok) return undefined
  const costOf = (request: ImageRequest): Nano | undefined => {
    const result = quoted(request)
    return result.ok ? result.value.quote.expectedNano : undefined
  }
  const { size: _, quality: __, steps: ___, ...plain } = wanted.request
  const { size } = wanted.request
  const editNano = costOf(wanted.edit)
  const upscaleNano = cheapestUpscale(asked.value, book, now)
  const acceptance = acceptancePrior(model.tier, wanted.request.purpose)
  const tryNano = asked.value.quote.expectedNano
  const parts = { tryNano, editNano, upscaleNano, acceptance }
  return {
    candidate: asked.value,
    baseNano: costOf(plain),
    sizeNano: costOf(size === undefined ? plain : { ...plain, size }),
    ...parts,
    usableNano: usable(parts, wanted),
  }
}

function usable(
  parts: Pick<ComparedOffer, 'tryNano' | 'editNano' | 'upscaleNano' | 'acceptance'>,
  { shares, deliveryNano }: Comparison,
): Nano | undefined {
  const { tryNano, editNano, upscaleNano, acceptance } = parts
  // What is needed and has no price is not free.
  if (shares.edit > 0 && editNano === undefined) return undefined
  if (shares.upscale > 0 && upscaleNano === undefined) return undefined
  const total = usableImageTotal(
    {
      imageNano: tryNano,
      editNano: editNano ?? 0n,
      upscaleNano: upscaleNano ?? 0n,
      deliveryNano,
    },
    {
      acceptance: Number(acceptance),
      upscaleShare: shares.upscale,
      editShare: shares.edit,
    },
  )
  return total.ok ? total.value : undefined
}

/** How many times longer the edges of an upscale are, where its price asks. */
const UPSCALE_FACTOR = 2

/** The cheapest upscale that the provider of an offer sells, by any of its offers. */
function cheapestUpscale(
  { model, fit: { expectedSize } }: Candidate,
  book: PriceBook,
  now: Instant,
): Nano | undefined {
  let cheapest: Nano | undefined
  for (const row of book.rows) {
    if (!row.offer.startsWith(`${model.provider}/`) || !row.operation.includes('upscale')) continue
    const { offer, operation } = row
    if (priceAt(book, { offer, operation }, now) !== row) continue
    const rated = rate(row, {
      images: 1,
      operation,
      width: expectedSize.width * UPSCALE_FACTOR,
      height: expectedSize.height * UPSCALE_FACTOR,
      scaleFactor: UPSCALE_FACTOR,
      inputMegapixels: (expectedSize.width * expectedSize.height) / 1_048_576,
    })
    if (!rated.ok) continue
    const { totalNano } = rated.charge
    if (cheapest === undefined || totalNano < cheapest) cheapest = totalNano
  }
  return cheapest
}
