import { resolveModel } from '../../core/catalog/catalog.ts'
import type { Model } from '../../core/catalog/model.ts'
import type { Unfit } from '../../core/catalog/settings.ts'
import type { ErrorCode } from '../../core/errors/catalogue.ts'
import { GatewayError } from '../../core/errors/gateway-error.ts'
import { dollarsFromNano, type Nano } from '../../core/money.ts'
import type { ImageRequest } from '../../core/request/image-request.ts'
import { makePlan } from '../../core/routing/make-plan.ts'
import { type Candidate, type Exclusion, type Plan, rankingOf } from '../../core/routing/plan.ts'
import { barredBy } from '../../core/routing/route-order.ts'
import { withLoading } from '../../core/routing/with-loading.ts'
import type { Instant } from '../../core/time.ts'
import type { Dependencies, Snapshot } from '../dependencies.ts'
import { standardOf } from '../gate-wishes.ts'
import { type QuotedOffers, quoteAtProvider } from '../quote-offers.ts'
import { quoteShown } from '../quote-variants.ts'
import { missingImages, type Run } from '../run.ts'
import { leaveDoubtful } from './leave-doubtful.ts'
import { floorWarnings, type LearnedPlan, planLearned, takeDecision } from './plan-learned.ts'

/**
 * Decides which offers are tried for the missing images, in which order, and what the whole plan
 * can cost at worst. The reasons are kept with the plan.
 * @throws GatewayError when no offer can serve the request, naming the parameter in the way.
 */
export async function plan(run: Run, deps: Dependencies): Promise<Run> {
  const missing = missingImages(run)
  if (missing === 0) return { ...run, listNano: listPrice(run, deps) }
  if (run.resolution.auto !== 'learned') return planByName(run, missing, deps)
  const listed = { ...run, listNano: listPrice(run, deps) }
  return takeDecision(listed, await choosePlan(listed, deps, { isBinding: true }), deps)
}

/**
 * The plan that would be made for a request now. Nothing is written, held or counted, and nothing
 * is left to chance.
 */
export async function explainPlan(run: Run, deps: Dependencies): Promise<Run> {
  if (run.resolution.auto !== 'learned') return planByName(run, run.request.n, deps)
  const chosen = await choosePlan(run, deps, { isBinding: false })
  const warnings = [...run.warnings, ...floorWarnings(run, chosen)]
  return { ...run, listNano: listPrice(run, deps), plan: chosen, warnings }
}

/** The best known plan for all pictures, without any effect; undefined when there is none. */
export function expectedPlan(run: Run, deps: Dependencies): Plan | undefined {
  return run.resolution.auto === 'learned'
    ? planLearned(run, {}, deps).plan
    : planByName(run, run.request.n, deps).plan
}

/** @throws GatewayError when no offer may be called, naming what stands in the way. */
async function choosePlan(
  run: Run,
  deps: Dependencies,
  { isBinding }: { readonly isBinding: boolean },
): Promise<Plan> {
  const draw = isBinding ? { draw: drawOf(deps) } : {}
  const found = planLearned(run, draw, deps)
  refuseBadOptions(run.request, found)
  const { plan: chosen } = found
  if (chosen === undefined) throw noOffer(run, tooDearOnes(found), found.exclusions)
  const { group, consistent } = run.request
  const isHeld = consistent ?? deps.rules.isConsistent
  const first = chosen.steps[0]
  if (group === undefined || !isHeld || first === undefined) return chosen
  const name = `group_model:${encodeURIComponent(run.caller.tenant)}:${encodeURIComponent(group)}`
  // The first request of a group decides for all replicas.
  const { settings } = deps.stores
  const modelId = await (isBinding
    ? settings.getOrCreate(name, first.model.id)
    : settings.get(name))
  if (modelId === undefined) return chosen
  const held = planLearned(run, { ...draw, modelId }, deps)
  if (held.plan === undefined) throw noOffer(run, tooDearOnes(held), held.exclusions)
  return held.plan
}

const tooDearOnes = ({ candidates, exclusions }: LearnedPlan): readonly Candidate[] => {
  const dear = new Set(
    exclusions.flatMap(({ offer, unfit }) => (unfit.code === 'max_cost' ? [offer] : [])),
  )
  return candidates.filter(({ offer }) => dear.has(offer))
}

const UINT32 = 2 ** 32

/** From 0 to 1; logged with the decision. */
const drawOf = ({ random }: Dependencies): number =>
  [...random.bytes(4)].reduce((sum, byte) => sum * 256 + byte, 0) / UINT32

function planByName(run: Run, missing: number, deps: Dependencies): Run {
  const isPinned = run.resolution.auto === undefined
  const { request, resolution, snapshot, startedAt } = run
  const asked = { request, resolution, images: missing }
  const quoted = quoteShown(asked, snapshot, startedAt)
  refuseBadOptions(request, quoted)
  const working = withoutBroken(quoted, run, deps)
  const { candidates, exclusions } = working
  // When all images of a named model are missing, its list price has just been worked out.
  const isListed = isPinned && missing === request.n && request.baseline === undefined
  const listNano = isListed ? quoted.candidates[0]?.quote.expectedNano : listPrice(run, deps)
  const limits = {
    ranking: rankingOf(resolution),
    maxSteps: deps.limits.planSteps,
    besideNano: looksNano(run, candidates, deps),
    ...(run.request.maxCostNano === undefined ? {} : { maxCostNano: run.request.maxCostNano }),
  }
  const made = leaveDoubtful(working, deps, (offers) => makePlan({ ...offers, ...limits }))
  if (made.steps.length === 0) throw noOffer(run, candidates, exclusions)
  return { ...run, listNano, plan: made }
}

/** Most that looking at the pictures of one step may cost. */
export function looksNano(run: Run, candidates: readonly Candidate[], deps: Dependencies): Nano {
  const { gates } = standardOf(run, deps).purpose
  const isSimulated = candidates.some((candidate) => candidate.isSimulated)
  return deps.gates.ceilingNano(gates, isSimulated) * BigInt(missingImages(run))
}

/**
 * Options that no model of their provider takes are the caller's mistake. Other providers could
 * serve the request without them, but that would be another request than was asked for.
 * @throws GatewayError
 */
function refuseBadOptions(request: ImageRequest, { candidates, exclusions }: QuotedOffers): void {
  for (const id of Object.keys(request.providerOptions)) {
    if (candidates.some(({ model }) => model.provider === id)) continue
    const refused = exclusions.find(
      ({ offer, unfit }) => unfit.code === 'options' && offer.startsWith(`${id}/`),
    )
    if (refused === undefined) continue
    const { reason, param } = refused.unfit
    const tried = [{ offer: refused.offer, reason }]
    throw new GatewayError('unsupported_parameter', sentence(reason), {
      ...(param === undefined ? {} : { param }),
      tried,
    })
  }
}

/**
 * Leaves out offers whose circuit breaker is open, because a plan has better use for its steps,
 * those that an operator banned, and those of providers that must not see requests. Says of the
 * others how long a call would wait.
 */
export function withoutBroken(
  { candidates, exclusions }: QuotedOffers,
  { snapshot: { providers }, traits: { purpose } }: Pick<Run, 'snapshot' | 'traits'>,
  { traffic, rules, learning }: Dependencies,
): QuotedOffers {
  const bans = learning.plans.orders.filter(({ kind }) => kind === 'ban')
  const broken: Exclusion[] = []
  const working = candidates.flatMap((candidate) => {
    const { offer, model } = candidate
    const provider = providers.get(model.provider)
    if (provider === undefined) return []
    const policy = rules.dataPolicy?.(model.provider)
    if (policy !== undefined) broken.push({ offer, unfit: { code: 'data_policy', reason: policy } })
    const ban = barredBy(bans, purpose, offer)
    if (ban !== undefined) broken.push({ offer, unfit: { code: 'orders', reason: ban } })
    if (policy !== undefined || ban !== undefined) return []
    const { typicalSeconds } = model
    const blocked = traffic.blockOf({ provider, offer, typicalSeconds })
    if (blocked !== undefined) broken.push({ offer, unfit: { code: 'health', ...blocked } })
    if (blocked !== undefined) return []
    const loadSeconds = traffic.loads.secondsOf(model)
    const queueSeconds = traffic.waitSeconds({ provider, offer, typicalSeconds }) + loadSeconds
    const loaded = withLoading(candidate, loadSeconds)
    return [queueSeconds === 0 ? loaded : { ...loaded, queueSeconds }]
  })
  return { candidates: working, exclusions: [...exclusions, ...broken] }
}

/** What the model asked for would cost at list price; for `auto` the configured baseline. */
export function listPrice(run: Run, deps: Dependencies): Nano | undefined {
  const { request, resolution, snapshot, startedAt } = run
  const isAuto = resolution.auto !== undefined || request.baseline !== undefined
  const models = isAuto
    ? baseline(snapshot, request.baseline ?? deps.baselineModel, startedAt)
    : resolution.models
  const asked: ImageRequest = isAuto
    ? { ...request, quality: request.quality ?? 'medium', strict: false }
    : request
  for (const model of models) {
    const wanted = { request: asked, model, images: request.n, isPinned: !isAuto }
    const quoted = quoteAtProvider(wanted, snapshot, startedAt)
    if (quoted.ok) return quoted.value.quote.expectedNano
  }
  return undefined
}

/** The baseline may belong to a provider that is not configured; then there is no list price. */
function baseline(snapshot: Snapshot, name: string, now: Instant): readonly Model[] {
  try {
    return resolveModel(snapshot.catalog, name, now).models
  } catch (error) {
    if (GatewayError.isInstance(error)) return []
    throw error
  }
}

/** Offers named in a refusal; those of all providers would be longer than the request. */
const MAX_TRIED = 16

/** Why there is no plan, in the words of what is in the way. */
export function noOffer(
  run: Run,
  candidates: readonly Candidate[],
  exclusions: readonly Exclusion[],
): GatewayError {
  if (candidates.length > 0) return tooDear(candidates)
  const ill = exclusions.filter(({ unfit }) => unfit.code === 'health')
  if (ill.length > 0) return leftOut(ill)
  const forbidden = exclusions.filter(isForbidden)
  if (forbidden.length > 0) return notAllowed(forbidden)
  const tried = triedOf(exclusions)
  const first = exclusions[0]?.unfit
  if (run.resolution.auto === undefined && first !== undefined) {
    return new GatewayError(codeOf(first), sentence(first.reason), {
      ...(first.param === undefined ? {} : { param: first.param }),
      tried,
    })
  }
  // Models that do not have the operation at all say nothing about what is asked of it.
  const able = exclusions.filter(({ unfit }) => unfit.code !== 'operation')
  const near = (able.length > 0 ? able : exclusions).slice(0, MAX_TRIED)
  const params = new Set(near.map(({ unfit }) => unfit.param))
  const [param] = params.size === 1 ? params : []
  return new GatewayError(
    'unsupported_parameter',
    `No configured offer can do all that is asked${example(near[0]?.unfit)}.`,
    {
      ...(param === undefined ? {} : { param }),
      tried: triedOf(near),
    },
  )
}

const triedOf = (exclusions: readonly Exclusion[]) =>
  exclusions.slice(0, MAX_TRIED).map(({ offer, unfit }) => ({ offer, reason: unfit.reason }))

/** The cheapest ones say how far the limit is away. */
function tooDear(candidates: readonly Candidate[]): GatewayError {
  const message = 'The worst case of every offer that can do this is above x-keeprate-max-cost.'
  const tried = candidates
    .toSorted((a, b) => (a.quote.highNano < b.quote.highNano ? -1 : 1))
    .slice(0, MAX_TRIED)
    .map(({ offer, quote }) => ({
      offer,
      reason: `its worst case is $${dollarsFromNano(quote.highNano)}`,
    }))
  return new GatewayError('max_cost_exceeded', message, { param: 'max_cost', tried })
}

/** What operators keep from requests; that a group has its model is the caller's own wish. */
const isForbidden = ({ unfit: { code, param } }: Exclusion): boolean =>
  code === 'data_policy' || (code === 'orders' && param === undefined)

function notAllowed(forbidden: readonly Exclusion[]): GatewayError {
  const tried = triedOf(forbidden)
  const message = `The operator keeps every offer that could do this from it: ${examples(tried)}.`
  return new GatewayError('offer_forbidden', message, { param: 'model', tried })
}

const examples = (tried: ReturnType<typeof triedOf>): string =>
  tried
    .slice(0, 3)
    .map(({ offer, reason }) => `${offer}: ${reason}`)
    .join('; ')

function leftOut(ill: readonly Exclusion[]): GatewayError {
  const tried = triedOf(ill)
  const message = `Every offer that can do this is left out for now: ${examples(tried)}.`
  const waits = ill.flatMap(({ unfit }) => unfit.retryAfterMs ?? [])
  const retry = waits.length === 0 ? {} : { retryAfterMs: Math.min(...waits) }
  return new GatewayError('no_provider_available', message, { tried, ...retry })
}

/** With `auto` every offer has its own reason; one of them shows what kind it is. */
const example = (unfit: Unfit | undefined): string =>
  unfit === undefined ? '' : `, for example: ${unfit.reason}`

const codeOf = (unfit: Unfit): ErrorCode =>
  unfit.code === 'price' ? 'price_unknown' : 'unsupported_parameter'

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
