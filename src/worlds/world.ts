/** A model of a simulated world. Name, provider, price and steps are public; the rest is measured. */
export interface WorldArm {
  readonly name: string
  readonly provider: string
  /** Dollars for a picture at the reference steps. */
  readonly usd: number
  /** Lognormal; a share of the calls takes ten times as long. */
  readonly latency: {
    readonly medianS: number
    readonly sigma: number
    readonly stallShare: number
  }
  /** Present when the steps may be chosen: the price follows them, acceptance saturates. */
  readonly steps?: StepCurve
}

/** Acceptance by steps: `p · (1 - drop · factor · exp(-steps / k))`. */
export interface StepCurve {
  readonly reference: number
  readonly k: number
  readonly drop: number
  /** Factor for people, textured and glass; 1 for everything else. */
  readonly complexFactor: number
}

/** One kind of request. Share, theta and what follows from them are hidden from policies. */
export interface WorldContext {
  readonly name: string
  readonly purpose: string
  readonly category: string
  /** Of the traffic; all shares sum to 1. */
  readonly share: number
  readonly floor: number
  readonly badUsd: number
  /** P(accept) = sigmoid(theta - z). An arm without one cannot do it. */
  readonly theta: ReadonlyMap<string, number>
}

/** Something that happens to the world, at so many milliseconds from its start. */
export type WorldEvent =
  | {
      readonly kind: 'price'
      readonly atMs: number
      readonly model: string
      readonly factor: number
      readonly isAnnounced: boolean
    }
  | {
      readonly kind: 'silent_quality'
      readonly atMs: number
      readonly model: string
      readonly deltaTheta: number
    }
  | {
      readonly kind: 'outage'
      readonly atMs: number
      readonly untilMs: number
      readonly provider: string
      readonly mode: '5xx' | '429' | 'timeout'
    }
  | {
      readonly kind: 'brownout'
      readonly atMs: number
      readonly untilMs: number
      readonly provider: string
      readonly errorShare: number
    }

/** A simulated world. Only the runner and the oracle may look at what is hidden. */
export interface World {
  readonly id: string
  readonly kind: string
  readonly days: number
  readonly requests: number
  /** Spread of the difficulty of requests. */
  readonly sigma: number
  readonly gate: {
    readonly passGood: number
    readonly passBad: number
    readonly usd: number
    readonly seconds: number
  }
  readonly feedback: {
    /** Share of good delivered pictures that get a verdict. */
    readonly rate: number
    readonly delayHoursMedian: number
    readonly raterSensitivity: number
    readonly raterSpecificity: number
    /** How many times likelier a bad picture is reported than a good one. */
    readonly missingNotAtRandom: number
  }
  /** Dollars for a second of the caller's waiting. */
  readonly secondUsd: number
  readonly arms: readonly WorldArm[]
  readonly contexts: readonly WorldContext[]
  readonly events: readonly WorldEvent[]
}

/** Step counts that may be asked for, beside the reference. */
const STEP_LEVELS = [10, 15, 20, 30, 40] as const

/** An arm with its steps chosen. */
export interface Choice {
  readonly arm: WorldArm
  readonly steps?: number
}

/** All ways to make a picture in a context that can do it. */
export function choicesIn(world: World, context: WorldContext): readonly Choice[] {
  return world.arms
    .filter(({ name }) => context.theta.has(name))
    .flatMap((arm): readonly Choice[] => {
      const { steps } = arm
      if (steps === undefined) return [{ arm }]
      const levels = STEP_LEVELS.filter((level) => level < steps.reference)
      return [...levels, steps.reference].map((level) => ({ arm, steps: level }))
    })
}

/** Name of a choice; one that cannot be tuned has the name of its arm. */
export const choiceName = ({ arm, steps }: Choice): string =>
  steps === undefined ? arm.name : `${arm.name}@${steps}`

/** Dollars of a choice, of the arm's price at that time. */
export const choiceUsd = ({ arm, steps }: Choice, usd: number): number =>
  steps === undefined || arm.steps === undefined ? usd : (usd * steps) / arm.steps.reference

const COMPLEX = new Set(['people', 'textured', 'glass'])

/** P(accept) of one picture of a choice at a difficulty. */
export function acceptance(
  { arm, steps }: Choice,
  context: WorldContext,
  state: { readonly z: number; readonly shift: number },
): number {
  const theta = context.theta.get(arm.name)
  if (theta === undefined) return 0
  const p = 1 / (1 + Math.exp(-(theta + state.shift - state.z)))
  if (steps === undefined || arm.steps === undefined) return p
  const { k, drop, complexFactor, reference } = arm.steps
  const factor = COMPLEX.has(context.category) ? complexFactor : 1
  const curve = (count: number): number => 1 - drop * factor * Math.exp(-count / k)
  // The theta of an arm is that of its reference steps.
  return Math.max(0, (p * curve(steps)) / curve(reference))
}

/** Expected seconds of a call. */
export const meanSeconds = ({ latency }: WorldArm): number =>
  latency.medianS * Math.exp(latency.sigma ** 2 / 2) * (1 + 9 * latency.stallShare)

/** Prices and qualities at an instant, as they really are. */
export interface WorldState {
  /** Factor on the price of an arm, announced or not. */
  priceFactor(arm: string): number
  /** Factor that feeds told of. */
  announcedFactor(arm: string): number
  /** What was added to the theta of an arm. */
  shift(arm: string): number
}

/** What has happened up to an instant. */
export function stateAt(world: World, nowMs: number): WorldState {
  const past = world.events.filter(({ atMs }) => atMs <= nowMs)
  const factor = (arm: string, isKnown: (isAnnounced: boolean) => boolean): number =>
    past.reduce(
      (product, event) =>
        event.kind === 'price' && event.model === arm && isKnown(event.isAnnounced)
          ? product * event.factor
          : product,
      1,
    )
  return {
    priceFactor: (arm) => factor(arm, () => true),
    announcedFactor: (arm) => factor(arm, (isAnnounced) => isAnnounced),
    shift: (arm) =>
      past.reduce(
        (sum, event) =>
          event.kind === 'silent_quality' && event.model === arm ? sum + event.deltaTheta : sum,
        0,
      ),
  }
}
