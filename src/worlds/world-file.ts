import { z } from 'zod'
import type { World, WorldArm, WorldContext, WorldEvent } from './world.ts'

const share = z.number().min(0).max(1)
const theta = z.record(z.string(), z.number().nullable())

const shortForm = z.strictObject({
  id: z.string().min(1),
  note: z.string().optional(),
  difficulty_sigma: z.number().min(0).max(5),
  gate: z.strictObject({ sensitivity: share, false_accept: share, cost: z.number().min(0) }),
  latency_price_per_s: z.number().min(0).default(0),
  models: z.record(
    z.string(),
    z.strictObject({ price: z.number().min(0), latency_s: z.number().positive() }),
  ),
  contexts: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        share: z.number().min(0),
        floor: share,
        bad_cost: z.number().min(0),
        theta,
      }),
    )
    .min(1),
})

const event = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('price'),
    day: z.number().min(0),
    hour: z.number().min(0).max(24).optional(),
    model: z.string(),
    factor: z.number().positive(),
    announced: z.boolean(),
  }),
  z.strictObject({
    type: z.literal('silent_quality'),
    day: z.number().min(0),
    hour: z.number().min(0).max(24).optional(),
    model: z.string(),
    delta_theta: z.number(),
  }),
  z.strictObject({
    type: z.literal('outage'),
    day: z.number().min(0),
    hour: z.number().min(0).max(24).optional(),
    provider: z.string(),
    minutes: z.number().positive(),
    mode: z.enum(['5xx', '429', 'timeout']),
  }),
  z.strictObject({
    type: z.literal('brownout'),
    day: z.number().min(0),
    hour: z.number().min(0).max(24).optional(),
    provider: z.string(),
    minutes: z.number().positive(),
    error_rate: share,
  }),
])

const fullForm = z.strictObject({
  id: z.string().min(1),
  note: z.string().optional(),
  kind: z.string().default('stationary'),
  days: z.number().positive().max(3_660),
  requests: z.number().int().positive().max(10_000_000),
  difficulty_sigma: z.number().min(0).max(5),
  gate: z.strictObject({
    sensitivity: share,
    false_accept: share,
    cost: z.number().min(0),
    seconds: z.number().min(0).default(0),
  }),
  feedback: z.strictObject({
    rate: share,
    delay_hours_median: z.number().min(0),
    rater_sensitivity: share,
    rater_specificity: share,
    missing_not_at_random: z.number().positive(),
  }),
  duplicates: z.looseObject({}).optional(),
  traffic: z.looseObject({}).optional(),
  latency_price_per_s: z.number().min(0).default(0),
  price: z.record(z.string(), z.number().min(0)),
  provider: z.record(z.string(), z.string()),
  latency: z.record(
    z.string(),
    z.strictObject({ median_s: z.number().positive(), sigma: z.number().min(0), stall_prob: share }),
  ),
  steps: z
    .record(
      z.string(),
      z.strictObject({
        ref_steps: z.number().int().positive(),
        k: z.number().positive(),
        drop: share,
        complex_mult: z.number().min(0),
      }),
    )
    .default({}),
  contexts: z
    .array(
      z.strictObject({
        purpose: z.string().min(1),
        category: z.string().min(1),
        share: z.number().min(0),
        floor: share,
        bad_cost: z.number().min(0),
        theta,
      }),
    )
    .min(1),
  events: z.array(event).default([]),
})

/** A world that cannot be read, with each reason on a line of its own. */
export class WorldFileError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.name = 'WorldFileError'
  }
}

/**
 * Reads a world in the short form (models with price and mean latency) or in the full one.
 * @throws WorldFileError that names each member that is wrong.
 */
export function readWorld(text: string, path: string): World {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new WorldFileError([`${path}: ${error instanceof Error ? error.message : 'no JSON'}`])
  }
  const isShort = typeof value === 'object' && value !== null && 'models' in value
  const read = isShort ? shortForm.safeParse(value) : fullForm.safeParse(value)
  if (!read.success) {
    throw new WorldFileError(
      read.error.issues.map((issue) => `${path}: ${issue.path.join('.')}: ${issue.message}`),
    )
  }
  const world = 'models' in read.data ? fromShort(read.data) : fromFull(read.data)
  const problems = strangersOf(world).map((problem) => `${path}: ${problem}`)
  if (problems.length > 0) throw new WorldFileError(problems)
  return world
}

/** Thetas and events that speak of arms and providers that are not there. */
function strangersOf({ arms, contexts, events }: World): readonly string[] {
  const names = new Set(arms.map(({ name }) => name))
  const providers = new Set(arms.map(({ provider }) => provider))
  return [
    ...contexts.flatMap(({ name, theta: known }, index) =>
      [...known.keys()]
        .filter((arm) => !names.has(arm))
        .map((arm) => `contexts.${index}.theta.${arm}: ${name} has no such model`),
    ),
    ...events.flatMap((each, index) => {
      if ('model' in each && !names.has(each.model)) return [`events.${index}.model: not a model`]
      if ('provider' in each && !providers.has(each.provider)) {
        return [`events.${index}.provider: no model is of ${each.provider}`]
      }
      return []
    }),
  ]
}

/** What the short form leaves open; half of the pictures get a verdict, some hours later. */
const SHORT_FORM = {
  days: 28,
  requests: 20_000,
  feedback: {
    rate: 0.5,
    delayHoursMedian: 6,
    raterSensitivity: 1,
    raterSpecificity: 1,
    missingNotAtRandom: 1,
  },
} as const

function fromShort(file: z.output<typeof shortForm>): World {
  const { sensitivity, false_accept, cost } = file.gate
  return {
    ...{ id: file.id, kind: 'stationary', ...SHORT_FORM },
    sigma: file.difficulty_sigma,
    gate: { passGood: sensitivity, passBad: false_accept, usd: cost, seconds: 0 },
    secondUsd: file.latency_price_per_s,
    arms: Object.entries(file.models).map(([name, { price, latency_s }]) => ({
      ...{ name, provider: name, usd: price },
      latency: { medianS: latency_s, sigma: 0, stallShare: 0 },
    })),
    contexts: normalised(
      file.contexts.map(({ name, share: weight, floor, bad_cost, theta: known }) => {
        const [purpose = name, category = 'any'] = name.split('/')
        return contextOf({ purpose, category, share: weight, floor, bad_cost, theta: known })
      }),
    ),
    events: [],
  }
}

function fromFull(file: z.output<typeof fullForm>): World {
  const { sensitivity, false_accept, cost, seconds } = file.gate
  const { feedback, price, provider, latency, steps } = file
  const arms = Object.entries(price).map(([name, usd]): WorldArm => {
    const { median_s = 1, sigma = 0, stall_prob = 0 } = latency[name] ?? {}
    const tunable = steps[name]
    return {
      ...{ name, usd, provider: provider[name] ?? name },
      latency: { medianS: median_s, sigma, stallShare: stall_prob },
      ...(tunable === undefined
        ? {}
        : {
            steps: {
              ...{ reference: tunable.ref_steps, k: tunable.k, drop: tunable.drop },
              complexFactor: tunable.complex_mult,
            },
          }),
    }
  })
  return {
    ...{ id: file.id, kind: file.kind, days: file.days, requests: file.requests },
    sigma: file.difficulty_sigma,
    gate: { passGood: sensitivity, passBad: false_accept, usd: cost, seconds },
    feedback: {
      rate: feedback.rate,
      delayHoursMedian: feedback.delay_hours_median,
      raterSensitivity: feedback.rater_sensitivity,
      raterSpecificity: feedback.rater_specificity,
      missingNotAtRandom: feedback.missing_not_at_random,
    },
    secondUsd: file.latency_price_per_s,
    arms,
    contexts: normalised(file.contexts.map(contextOf)),
    events: file.events.map(eventOf).toSorted((a, b) => a.atMs - b.atMs),
  }
}

const contextOf = (
  row: Omit<z.output<typeof fullForm>['contexts'][number], never>,
): WorldContext => ({
  name: `${row.purpose}/${row.category}`,
  ...{ purpose: row.purpose, category: row.category, share: row.share, floor: row.floor },
  badUsd: row.bad_cost,
  theta: new Map(
    Object.entries(row.theta).flatMap(([arm, value]) => (value === null ? [] : [[arm, value]])),
  ),
})

/** Shares need not sum to 1 in a file that was written by hand. */
function normalised(contexts: readonly WorldContext[]): readonly WorldContext[] {
  const sum = contexts.reduce((total, context) => total + context.share, 0)
  return contexts.map((context) => ({ ...context, share: context.share / sum }))
}

const HOUR_MS = 3_600_000

function eventOf(row: z.output<typeof event>): WorldEvent {
  const atMs = (row.day * 24 + (row.hour ?? 0)) * HOUR_MS
  switch (row.type) {
    case 'price':
      return { kind: 'price', atMs, model: row.model, factor: row.factor, isAnnounced: row.announced }
    case 'silent_quality':
      return { kind: 'silent_quality', atMs, model: row.model, deltaTheta: row.delta_theta }
    case 'outage': {
      const { provider, minutes, mode } = row
      return { kind: 'outage', atMs, untilMs: atMs + minutes * 60_000, provider, mode }
    }
    case 'brownout': {
      const { provider, minutes, error_rate: errorShare } = row
      return { kind: 'brownout', atMs, untilMs: atMs + minutes * 60_000, provider, errorShare }
    }
  }
}
