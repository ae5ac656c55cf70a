import { type CallPlan, makeCallPlan, type UsageEstimate } from '../catalog/call-plan.ts'
import { fitRequest } from '../catalog/fit.ts'
import { type Model, offerName } from '../catalog/model.ts'
import { priceKeyOf } from '../catalog/price-key.ts'
import type { Unfit } from '../catalog/settings.ts'
import type { Nano } from '../money.ts'
import type { PriceBook } from '../pricebook/price-book.ts'
import { type Quote, quote } from '../pricebook/quote.ts'
import type { ChargeLine } from '../pricing/charge.ts'
import { decimal } from '../pricing/decimal.ts'
import type { ImageRequest } from '../request/image-request.ts'
import { ok, type Result, refused } from '../result.ts'
import type { Instant } from '../time.ts'
import type { Candidate } from './plan.ts'

/** What is known of a provider beside its models: a price book alone has a plain one. */
export interface Estimator {
  /** Whether the caller's provider options are acceptable; pure. */
  checkOptions(plan: CallPlan): Unfit | undefined
  /** What a call can use; pure. */
  estimate(plan: CallPlan): UsageEstimate
  readonly isSimulated: boolean
}

/** What is to be quoted. */
export interface WantedOffer {
  readonly request: ImageRequest
  readonly model: Model
  /** Pictures; those of the request that are still missing. */
  readonly images: number
  /** The caller named the model, so a missing quality knob is no reason to refuse. */
  readonly isPinned: boolean
}

/**
 * Fits a request to one model and prices it. The one function that plans, quotes and compares: what
 * is shown beforehand is what is held and what the pipeline expects to pay.
 */
export function quoteOffer(
  { request, model, images, isPinned }: WantedOffer,
  estimator: Estimator,
  book: PriceBook,
  now: Instant,
): Result<Candidate, Unfit> {
  const fit = fitRequest(request, model, { isPinned })
  if (!fit.ok) return fit
  const mostPerCall = request.partialImages === undefined ? model.maxImagesPerCall : 1
  const total = { lowNano: 0n, expectedNano: 0n, highNano: 0n }
  const lines: ChargeLine[] = []
  let row: Candidate['row'] | undefined
  for (const { n, calls } of callsFor(images, mostPerCall)) {
    const call = makeCallPlan(request, model, fit.value, n)
    const refusal = estimator.checkOptions(call)
    if (refusal !== undefined) return refused(refusal)
    const priced = quote(book, priceKeyOf(call), now, estimator.estimate(call))
    if (!priced.ok) return refused({ code: 'price', param: 'model', reason: priced.reason.text })
    const times = BigInt(calls)
    total.lowNano += priced.quote.lowNano * times
    total.expectedNano += priced.quote.expectedNano * times
    total.highNano += priced.quote.highNano * times
    addLines(lines, priced.quote, calls)
    row = priced.quote.row
  }
  if (row === undefined) return refused({ code: 'price', reason: 'nothing to price' })
  const origin = book.origins.get(row) ?? { layer: 'live', name: 'live' }
  const offer = offerName(model)
  const { isSimulated } = estimator
  const shared = { offer, model, fit: fit.value, row, origin, lines, mostPerCall, isSimulated }
  return ok({ ...shared, quote: total })
}

/** Calls that ask for the same number of images, counted: thousands of pictures are two quotes. */
function callsFor(
  images: number,
  mostPerCall: number,
): readonly { readonly n: number; readonly calls: number }[] {
  const calls = Math.max(0, Math.floor(images / mostPerCall))
  const rest = images - calls * mostPerCall
  return [
    ...(calls > 0 ? [{ n: mostPerCall, calls }] : []),
    ...(rest > 0 ? [{ n: rest, calls: 1 }] : []),
  ]
}

/** Adds the lines of equal calls; a line that is there already only grows. */
function addLines(lines: ChargeLine[], { lines: added }: Quote, calls: number): void {
  for (const line of added) {
    const known = lines.findIndex((each) => isSameLine(each, line))
    const grown = times(line, calls)
    const before = lines[known]
    if (before === undefined) lines.push(grown)
    else lines[known] = sum(before, grown)
  }
}

const isSameLine = (one: ChargeLine, other: ChargeLine): boolean =>
  one.kind === other.kind &&
  one.label === other.label &&
  one.unit === other.unit &&
  one.rate === other.rate

const times = (line: ChargeLine, calls: number): ChargeLine =>
  calls === 1
    ? line
    : {
        ...line,
        quantity: decimal(line.quantity).times(calls).toFixed(),
        amountNano: line.amountNano * BigInt(calls),
      }

/** Amounts add up as they were rounded, call by call, because so they are billed. */
const sum = (one: ChargeLine, other: ChargeLine): ChargeLine => ({
  ...one,
  quantity: decimal(one.quantity).plus(other.quantity).toFixed(),
  amountNano: (one.amountNano + other.amountNano) as Nano,
})
