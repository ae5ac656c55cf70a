import { contextOf } from '../../core/purpose/context-of.ts'
import type { Size } from '../../core/request/image-request.ts'
import { unmadeInput } from '../../core/request/unmade-input.ts'
import {
  chooseEnlarging,
  ENLARGING_SCALES,
  enlargeRequest,
  mayEnlarge,
  type Pair,
  smallRequest,
  smallSize,
  UPSCALED,
} from '../../core/routing/enlarging.ts'
import { isLookedAt } from '../../core/routing/gate-use.ts'
import type { Candidate, EnlargingPart, Plan } from '../../core/routing/plan.ts'
import { barredBy } from '../../core/routing/route-order.ts'
import { armNameOf } from '../../core/routing/variants.ts'
import { resolveFor } from '../allowed-models.ts'
import type { Dependencies } from '../dependencies.ts'
import { standardOf } from '../gate-wishes.ts'
import { wasEnlarging } from '../preliminary.ts'
import { quoteOffers } from '../quote-offers.ts'
import { missingImages, type Run } from '../run.ts'
import { withoutBroken } from './plan.ts'

/**
 * Where the purpose allows it, looks for a small picture and an upscaler that together make an
 * accepted picture cheaper than the plan does. The plan stays, for the case that it fails.
 */
export function planEnlarging(run: Run, deps: Dependencies): Run {
  const { plan, request, resolution, traits } = run
  const [first] = plan?.steps ?? []
  const isOpen = resolution.auto === 'learned' || resolution.auto === 'cheapest'
  if (plan === undefined || first === undefined || plan.drafts !== undefined) return run
  // An experiment compares offers that make the picture as it is asked for.
  if (plan.experiment !== undefined || wasEnlarging(run)) return run
  if (!isOpen || missingImages(run) !== 1 || !mayEnlarge(request, traits)) return run
  const wanted = first.fit.finishing.resize ?? first.fit.expectedSize
  const pairs = ENLARGING_SCALES.flatMap((scale) => pairsAt(scale, { wanted, first }, run, deps))
  const badNano = Number(traits.standard.badImageNano)
  const chosen = chooseEnlarging(pairs, { first, decision: plan.decision, badNano })
  if (chosen === undefined) return run
  const quiet = withoutTrial(plan)
  const enlarged = withEnlarging(quiet, chosen, looksNano(run, quiet, deps))
  const mostNano = request.maxCostNano ?? traits.standard.maxCostNano
  return mostNano !== undefined && enlarged.holdNano > mostNano ? run : { ...run, plan: enlarged }
}

/** A trial of a gate must not cost a second picture, as a refusal of an enlarged one would. */
const withoutTrial = (plan: Plan): Plan =>
  plan.gate?.reason === 'trial' ? { ...plan, gate: { isOn: false, reason: 'useless' } } : plan

/** Ways to make the picture smaller by a factor and to enlarge it by that. */
function pairsAt(
  scale: number,
  { wanted, first }: { readonly wanted: Size; readonly first: Candidate },
  run: Run,
  deps: Dependencies,
): readonly Pair[] {
  const { request, resolution, traits } = run
  const size = smallSize(wanted, scale)
  if (size === undefined) return []
  const usable = (asked: Parameters<typeof quoteOffers>[0], made: Size): readonly Candidate[] =>
    withoutBroken(quoteOffers(asked, run.snapshot, run.startedAt), run, deps)
      .candidates.filter(
        ({ isSimulated, offer, fit }) =>
          isSimulated === first.isSimulated &&
          isSame(fit.expectedSize, made) &&
          isSame(fit.finishing.resize ?? made, made) &&
          barredBy(deps.learning.plans.orders, traits.purpose, offer) === undefined,
      )
      .toSorted((a, b) => (a.quote.expectedNano < b.quote.expectedNano ? -1 : 1))
  const enlarging = enlargeRequest(request, unmadeInput(size), scale)
  const upscalers = { request: enlarging, resolution: resolveFor(run, enlarging.model), images: 1 }
  const [upscaler] = usable(upscalers, wanted)
  if (upscaler === undefined) return []
  const asked = smallRequest(request, size)
  const [input] = asked.images
  const smalls = usable({ request: asked, resolution, images: 1 }, size)
  const names = smalls.map(({ offer, fit, isSimulated }) =>
    armNameOf({ offer, quality: fit.settings.quality, isSimulated, tier: UPSCALED }),
  )
  const beliefs = deps.learning.desk.beliefs(names, contextOf(request, traits))
  return smalls.map((small, at) => ({
    ...{ small, upscaler, scale, acceptance: beliefs[at]?.belief.mean ?? 0 },
    ...(input === undefined ? {} : { input }),
  }))
}

const isSame = (one: Size, other: Size): boolean =>
  one.width === other.width && one.height === other.height

/** Most that looking at the enlarged picture may cost. */
function looksNano(run: Run, plan: Plan, deps: Dependencies): bigint {
  if (!isLookedAt(plan, 0)) return 0n
  const { gates } = standardOf(run, deps).purpose
  return deps.gates.ceilingNano(gates, plan.steps[0]?.isSimulated === true)
}

function withEnlarging(plan: Plan, pair: Omit<EnlargingPart, 'holdNano'>, looks: bigint): Plan {
  const holdNano = pair.small.quote.highNano + pair.upscaler.quote.highNano + looks
  return { ...plan, enlarging: { ...pair, holdNano }, holdNano: plan.holdNano + holdNano }
}

/** The plan that makes the picture at once. */
export function withoutEnlarging({ enlarging, ...plan }: Plan): Plan {
  return { ...plan, holdNano: plan.holdNano - (enlarging?.holdNano ?? 0n) }
}
