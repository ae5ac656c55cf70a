/**
 * Speed of decisions, in this process: what a request waits for, and what is thought over beside.
 */
import type { Context } from '../src/core/acceptance/context.ts'
import { choosePlan } from '../src/core/routing/choose-plan.ts'
import { secondsOf } from '../src/core/routing/latency-sum.ts'
import { planSequences } from '../src/core/routing/plan-sequences.ts'
import { LearningDesk } from '../src/gateway/learning-desk.ts'
import { type RatingFigure, spentMs } from './rating.ts'

/** What a purpose usually chooses from, and a little more than all that is in the catalogue. */
const OFFERS = { usual: 40, all: 280 } as const
const PURPOSES = ['hero', 'product', 'blog', 'thumbnail', 'social', 'text']
const CATEGORIES = [
  'people',
  'glass',
  'food',
  'plain',
  'interior',
  'logo',
  'illustration',
  'apparel',
]
/** Pictures of each offer in each context, before anything is measured. */
const PICTURES = 6
/** Decisions timed together: some kernels count a thread's time in steps of 4 ms. */
const BATCH = 20
const BATCHES = 50
const THOUGHTS = 9
const START = Date.parse('2026-11-25T12:00:00Z')

/** What the desk of latencies keeps of each offer. */
const SECONDS = secondsOf(
  Array.from({ length: 200 }, (_, index) => 2 + ((index * 37) % 90) / 10),
  8,
)

/** Measures decisions over forty offers, and over all; some seconds on one core. */
export const measureRouting = (): readonly RatingFigure[] => [
  ...measureAmong(OFFERS.usual),
  ...measureAmong(OFFERS.all).slice(0, 2),
]

function measureAmong(offers: number): readonly RatingFigure[] {
  const desk = taughtDesk(offers)
  const thoughts = Array.from({ length: THOUGHTS }, (_, turn) => {
    // An hour later everything is thought over, whatever is new.
    const start = spentMs()
    desk.think(START + (turn + 1) * 3_600_000)
    return spentMs() - start
  })
  for (let turn = 0; turn < BATCHES * BATCH; turn += 1) decideOnce(desk, offers, turn)
  const batches = Array.from({ length: BATCHES }, (_, batch) => {
    // Beliefs are made anew, so every decision of the batch finds nothing worked out.
    desk.think(START + (THOUGHTS + 1 + batch) * 3_600_000)
    const start = spentMs()
    for (let turn = 0; turn < BATCH; turn += 1) decideOnce(desk, offers, batch * BATCH + turn)
    return (spentMs() - start) / BATCH
  }).toSorted((one, other) => one - other)
  const cells = offers * PURPOSES.length * CATEGORIES.length
  return [
    {
      ...{ what: `decision among ${offers} offers, half of them within`, unit: 'ms', goal: 5 },
      ...{ isAtLeast: false, measured: batches[BATCHES / 2] ?? Number.NaN },
    },
    {
      ...{ what: `decision among ${offers} offers, slowest ${BATCH} of ${BATCHES * BATCH}` },
      ...{ unit: 'ms', goal: 5, isAtLeast: false, measured: batches.at(-1) ?? Number.NaN },
    },
    {
      ...{ what: `thinking over ${cells} places, beside requests`, unit: 'ms', goal: 500 },
      ...{ isAtLeast: false, measured: thoughts.toSorted((a, b) => a - b)[4] ?? Number.NaN },
    },
  ]
}

const armOf = (offer: number) => ({ model: `provider-${offer % 9}/model-${offer}`, tier: '' })

const contextOf = (turn: number): Context => ({
  purpose: PURPOSES[turn % PURPOSES.length] ?? '',
  category: CATEGORIES[Math.floor(turn / PURPOSES.length) % CATEGORIES.length] ?? '',
  ...{ needsText: false, needsEdit: false, isTransparent: false, size: 'medium' },
})

/** A desk that has seen every offer in every context, better ones more content people. */
function taughtDesk(offers: number): LearningDesk {
  const desk = new LearningDesk({ priorOf: () => ({ mean: 0.7, weight: 3 }) })
  for (let offer = 0; offer < offers; offer += 1) {
    for (let turn = 0; turn < PURPOSES.length * CATEGORIES.length; turn += 1) {
      for (let picture = 0; picture < PICTURES; picture += 1) {
        const isGood = (offer + picture * 7 + turn) % offers < offer / 2 + offers * 0.375
        desk.note(
          { arm: armOf(offer), context: contextOf(turn), reach: 1, at: START },
          {
            ...{ verdict: isGood ? 'pass' : 'fail', isShown: isGood },
            ...(isGood && picture % 2 === 0 ? { outcome: { fate: 'accept', weight: 1 } } : {}),
          },
        )
      }
    }
  }
  return desk
}

/** One decision as a request needs it: beliefs, all sequences, the choice. */
function decideOnce(desk: LearningDesk, offers: number, turn: number): void {
  const context = contextOf(turn)
  const names = Array.from({ length: offers }, (_, offer) => armOf(offer))
  const beliefs = desk.beliefs(names, context)
  const plans = planSequences({
    arms: names.map(({ model }, offer) => ({
      ...{ name: model, offer: model, provider: model.slice(0, 10) },
      cost: { priceNano: BigInt(2_000_000 + offer * 1_700_000) },
      belief: beliefs[offer]?.belief ?? { mean: 0.7, weight: 3 },
      seconds: SECONDS,
    })),
    gate: { ...desk.instruments(context.purpose).gate, costNano: 400_000n, seconds: 1 },
    wishes: {
      ...{ floor: 0.85, aim: desk.aim(0.85, context), badNano: 50_000_000, secondNano: 33_300 },
      ...{ limitSeconds: 40, isCritical: false, moneyPrice: 0 },
    },
    ...{ sigma: 0.8, seen: beliefs[0]?.kindPictures ?? 0 },
  })
  choosePlan(plans, { leftNano: 1e9, draw: (turn % 97) / 97 })
}
