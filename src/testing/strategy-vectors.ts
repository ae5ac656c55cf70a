import { decimal } from '../core/pricing/decimal.ts'
import { breakEven } from '../core/pricing/strategies/break-even.ts'
import { cache } from '../core/pricing/strategies/cache.ts'
import { callerCompute } from '../core/pricing/strategies/caller-compute.ts'
import { cascadeOnePass } from '../core/pricing/strategies/cascade-one-pass.ts'
import { chainedText } from '../core/pricing/strategies/chained-text.ts'
import { draftRefine } from '../core/pricing/strategies/draft-refine.ts'
import { draftThenUpscale } from '../core/pricing/strategies/draft-then-upscale.ts'
import { mix } from '../core/pricing/strategies/mix.ts'
import { moderationCall } from '../core/pricing/strategies/moderation-call.ts'
import { perAccepted } from '../core/pricing/strategies/per-accepted.ts'
import { perAcceptedCapped } from '../core/pricing/strategies/per-accepted-capped.ts'
import { usableImageTotal } from '../core/pricing/strategies/usable-image-total.ts'
import { dollarsOf, type Fields, nanoOf, type Owner, valueIn } from './price-vectors.ts'

/** The strategies, by the kind of vector that each of them owns. */
export const strategyOwners: Readonly<Record<string, Owner>> = {
  break_even: ({ price }) => {
    const { gpu_usd_per_h, hours = 0, api_usd } = price
    const prices = { gpuHourNano: nanoOf(gpu_usd_per_h), apiImageNano: nanoOf(api_usd) }
    return valueIn(breakEven(prices, { hours })).images
  },
  moderation_call: ({ price, input: { n = 1 } }) => {
    const prices = {
      imageNano: nanoOf(price.image_usd),
      moderationNano: nanoOf(price.moderation_usd),
    }
    return dollarsOf(valueIn(moderationCall(prices, { images: n, calls: n })))
  },
  chained_text: ({ price, input: { n = 1 } }) => {
    const prices = { imageNano: nanoOf(price.image_usd), textNano: nanoOf(price.text_usd) }
    return dollarsOf(valueIn(chainedText(prices, { images: n, texts: n })))
  },
  caller_compute: ({ price, input }) => {
    const { usd_per_min, usd_per_gb_s = 0, gb = 1 } = price
    const waiting =
      usd_per_min === undefined
        ? { usdPerGigabyteSecond: decimal(usd_per_gb_s).toFixed(), gigabytes: gb }
        : { usdPerMinute: decimal(usd_per_min).toFixed() }
    const waitingNano = valueIn(callerCompute(waiting, input.wait_s ?? Number.NaN))
    return dollarsOf(nanoOf(input.image_usd) + waitingNano)
  },
  per_accepted: ({ price, input: { acceptance = Number.NaN } }) =>
    dollarsOf(valueIn(perAccepted(attemptOf(price), acceptance))),
  per_accepted_capped: ({ price, input: { acceptance = Number.NaN, max_attempts = 0 } }) =>
    dollarsOf(
      valueIn(perAcceptedCapped(attemptOf(price), acceptance, max_attempts)).perAcceptedNano,
    ),
  cascade_one_pass: ({ price, input: { p_cheap = Number.NaN, p_premium } }) => {
    const gateNano = nanoOf(price.gate)
    const steps = [
      { attemptNano: nanoOf(price.cheap), gateNano, acceptance: p_cheap },
      { attemptNano: nanoOf(price.premium), gateNano, acceptance: p_premium ?? 1 },
    ]
    const { spendNano, perAcceptedNano } = valueIn(cascadeOnePass(steps))
    return dollarsOf(p_premium === undefined ? spendNano : perAcceptedNano)
  },
  draft_refine: ({ price, input: { drafts = Number.NaN } }) => {
    const prices = { draftNano: nanoOf(price.draft), finalNano: nanoOf(price.final) }
    return dollarsOf(valueIn(draftRefine(prices, drafts)).costNano)
  },
  draft_then_upscale: ({ price: { draft_usd, upscale_usd, direct_usd } }) => {
    const upscaleNano = nanoOf(upscale_usd)
    const draft = { draftNano: nanoOf(draft_usd), upscaleNano, directNano: nanoOf(direct_usd) }
    return dollarsOf(draftThenUpscale(draft).costNano)
  },
  cache: ({ price: { usd, month_usd, hit_rate: hitRate = Number.NaN, lookup_usd }, input }) => {
    const prices = { imageNano: nanoOf(usd ?? month_usd), lookupNano: nanoOf(lookup_usd) }
    const { costNano, withoutNano } = valueIn(
      cache(prices, { requests: input.requests ?? 1, hitRate }),
    )
    // A month's bill as the price asks what is saved of it.
    return dollarsOf(month_usd === undefined ? costNano : withoutNano - costNano)
  },
  mix: ({ price, input }) => {
    const images = input.n as unknown as readonly number[]
    const parts = Object.values(price).map((usd, index) => ({
      images: images[index] ?? Number.NaN,
      imageNano: nanoOf(usd),
    }))
    return dollarsOf(valueIn(mix(parts)).costNano)
  },
  usable_image_total: ({ price: { usd, upscale, edit, delivery }, input }) => {
    const { acceptance = Number.NaN, upscale_share, edit_share } = input
    const shares = { acceptance, upscaleShare: upscale_share ?? 0, editShare: edit_share ?? 0 }
    const prices = {
      ...{ imageNano: nanoOf(usd), upscaleNano: nanoOf(upscale) },
      ...{ editNano: nanoOf(edit), deliveryNano: nanoOf(delivery) },
    }
    return dollarsOf(valueIn(usableImageTotal(prices, shares)))
  },
}

const attemptOf = ({ usd, gate_usd, latency_usd }: Fields) => ({
  attemptNano: nanoOf(usd),
  gateNano: nanoOf(gate_usd),
  latencyNano: nanoOf(latency_usd),
})
