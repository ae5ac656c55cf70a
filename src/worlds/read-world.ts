import { invalid } from '../core/errors/gateway-error.ts'
import type { Tier } from './policy.ts'
import { type FullForm, fullForm, type ShortForm, shortForm, type WireContext } from './wire.ts'
import type { World, WorldContext, WorldEvent, WorldOffer } from './world.ts'

/** A world, and what its file has that nobody reads. */
export interface ReadWorld {
  readonly world: World
  readonly ignored: readonly string[]
}

/**
 * Reads a world file in its full or its short form.
 * @throws GatewayError naming the file and the path in it.
 */
export function readWorld(text: string, file: string): ReadWorld {
  const value = parseJson(text, file)
  const isShort = typeof value === 'object' && value !== null && 'models' in value
  const form = isShort ? shortForm : fullForm
  const parsed = form.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const path = issue?.path.join('.') ?? ''
    throw invalid('file', `${file}: ${path === '' ? '' : `${path}: `}${issue?.message}`)
  }
  const full = isShort ? fromShort(parsed.data as ShortForm) : (parsed.data as FullForm)
  const known = new Set(['note', ...Object.keys(form.shape)])
  const ignored = Object.keys(value as object).filter((key) => !known.has(key))
  return { world: fromFull(full, file), ignored }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('file', `${file}: the file is not JSON.`)
  }
}

/** The short form has one latency without spread, and no providers: each model stands alone. */
function fromShort({ models, ...rest }: ShortForm): FullForm {
  const names = Object.entries(models)
  return {
    ...rest,
    price: Object.fromEntries(names.map(([name, { price }]) => [name, price])),
    provider: Object.fromEntries(names.map(([name]) => [name, name])),
    latency: Object.fromEntries(
      names.map(([name, model]) => [name, { median_s: model.latency_s, sigma: 0, stall_prob: 0 }]),
    ),
  }
}

function fromFull(wire: FullForm, file: string): World {
  checkReferences(wire, file)
  const { gate, feedback, duplicates, traffic } = wire
  return {
    id: wire.id,
    kind: wire.kind,
    days: wire.days,
    requests: wire.requests,
    secondPrice: wire.latency_price_per_s,
    offers: Object.keys(wire.price).flatMap((model) => offersOf(wire, model)),
    contexts: wire.contexts.map(fromContext),
    events: wire.events.map(fromEvent).sort((one, other) => one.atHours - other.atHours),
    sigma: wire.difficulty_sigma,
    gate: {
      passGood: gate.sensitivity,
      passBad: gate.false_accept,
      cost: gate.cost,
      seconds: gate.seconds,
    },
    feedback: {
      rate: feedback.rate,
      delayHoursMedian: feedback.delay_hours_median,
      sensitivity: feedback.rater_sensitivity,
      specificity: feedback.rater_specificity,
      badBias: feedback.missing_not_at_random,
    },
    duplicates: {
      exactShare: duplicates.exact,
      semanticShare: duplicates.semantic,
      nearShare: duplicates.adversarial_near,
      keptHours: duplicates.ttl_hours,
      zipf: duplicates.zipf,
    },
    traffic: {
      burstsPerMonth: traffic.burst_rate_per_month,
      burstFactor: traffic.burst_mult,
      burstHours: traffic.burst_hours,
      growthSigma: traffic.growth_sd,
    },
  }
}

/** Every model and provider that is named must be there; a misspelt event would never happen. */
function checkReferences(wire: FullForm, file: string): void {
  const refuse = (path: string, message: string): never => {
    throw invalid('file', `${file}: ${path}: ${message}`)
  }
  const models = new Set(Object.keys(wire.price))
  const needModel = (model: string, path: string) => {
    if (!models.has(model)) refuse(path, `there is no price for ${model}.`)
  }
  for (const field of ['provider', 'latency'] as const) {
    for (const model of models) {
      if (wire[field][model] === undefined) refuse(`${field}.${model}`, 'this is missing.')
    }
    for (const model of Object.keys(wire[field])) needModel(model, `${field}.${model}`)
  }
  for (const model of Object.keys(wire.steps)) needModel(model, `steps.${model}`)
  for (const model of Object.keys(wire.tier)) needModel(model, `tier.${model}`)
  wire.contexts.forEach(({ theta }, index) => {
    for (const model of Object.keys(theta)) needModel(model, `contexts.${index}.theta.${model}`)
    if (Object.values(theta).every((ability) => ability === null)) {
      refuse(`contexts.${index}.theta`, 'no model can do it.')
    }
  })
  const providers = new Set(Object.values(wire.provider))
  wire.events.forEach((event, index) => {
    if ('model' in event) needModel(event.model, `events.${index}.model`)
    else if (!providers.has(event.provider)) {
      refuse(`events.${index}.provider`, `no model is made by ${event.provider}.`)
    }
  })
  const total = wire.contexts.reduce((sum, { share }) => sum + share, 0)
  if (Math.abs(total - 1) > 0.01) refuse('contexts', `the shares add up to ${total}, not to 1.`)
}

/** Parts of the usual step count that are offered beside it. */
const STEP_SHARES = [0.8, 0.6, 0.5, 0.4, 0.3, 0.2]

function offersOf(wire: FullForm, model: string): readonly WorldOffer[] {
  const price = wire.price[model] as number
  const latency = wire.latency[model] as FullForm['latency'][string]
  const usual = {
    name: model,
    model,
    provider: wire.provider[model] as string,
    tier: wire.tier[model] ?? tierOf(price),
    price,
    latency: {
      median: latency.median_s,
      sigma: latency.sigma,
      stallShare: latency.stall_prob,
    },
  }
  const steps = wire.steps[model]
  if (steps === undefined) {
    return [{ ...usual, steps: undefined, usualSteps: undefined, stepLoss: undefined }]
  }
  const usualSteps = steps.ref_steps
  const stepLoss = { drop: steps.drop, scale: steps.k, complexFactor: steps.complex_mult }
  const fewer = STEP_SHARES.map((share) => Math.max(1, Math.round(usualSteps * share)))
  return [...new Set([usualSteps, ...fewer])].map((count) => ({
    ...usual,
    name: count === usualSteps ? model : `${model}@${count}`,
    // The bill is by the step; see the README of the worlds.
    price: (price * count) / usualSteps,
    ...{ steps: count, usualSteps, stepLoss },
  }))
}

/** Where a file names no tier it follows from the price; the borders were invented for worlds. */
function tierOf(price: number): Tier {
  if (price < 0.015) return 'budget'
  return price < 0.045 ? 'standard' : 'premium'
}

function fromContext(wire: WireContext): WorldContext {
  const [purpose, category] =
    wire.name === undefined ? [wire.purpose, wire.category] : wire.name.split('/')
  return {
    purpose: purpose ?? '',
    category: category ?? '',
    share: wire.share,
    floor: wire.floor,
    badCost: wire.bad_cost,
    abilities: new Map(
      Object.entries(wire.theta).flatMap(([model, ability]) =>
        ability === null ? [] : [[model, ability] as const],
      ),
    ),
  }
}

function fromEvent(event: FullForm['events'][number]): WorldEvent {
  const atHours = event.day * 24 + event.hour
  switch (event.type) {
    case 'price': {
      const { model, factor } = event
      return { atHours, kind: 'price', model, factor, isAnnounced: event.announced }
    }
    case 'silent_quality':
      return { atHours, kind: 'silent_quality', model: event.model, change: event.delta_theta }
    case 'outage': {
      const { provider, minutes, mode } = event
      return { atHours, kind: 'outage', provider, hours: minutes / 60, mode }
    }
    case 'brownout': {
      const { provider, minutes, error_rate } = event
      return { atHours, kind: 'brownout', provider, hours: minutes / 60, errorShare: error_rate }
    }
  }
}
