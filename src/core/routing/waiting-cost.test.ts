import { describe, expect, test } from 'vitest'
import { sampleModel } from '../../testing/sample-models.ts'
import { nanoFromDollars } from '../money.ts'
import { makePlan } from './make-plan.ts'
import type { Candidate } from './plan.ts'
import { waitingFor } from './waiting-cost.ts'

/** Two gigabytes of a serverless function (case studies of 2026-06). */
const rate = { gigabytes: 2, usdPerGigabyteSecond: '0.0000166667' }

function offer(id: string, dollars: string, seconds?: number): Candidate {
  const expectedNano = nanoFromDollars(dollars)
  const candidate = {
    offer: `acme/${id}`,
    model: sampleModel({ id }),
    quote: { lowNano: expectedNano, expectedNano, highNano: expectedNano },
  } as Candidate
  const waiting = seconds === undefined ? undefined : waitingFor(rate, seconds)
  return waiting === undefined ? candidate : { ...candidate, waiting }
}

const planOf = (candidates: readonly Candidate[]) =>
  makePlan({ candidates, exclusions: [], ranking: 'cheapest', maxSteps: 2 })

describe('waiting', () => {
  test('for ten seconds with two gigabytes costs $0.000333', () => {
    expect(offer('one', '0.01', 10).waiting).toEqual({ seconds: 10, costNano: 333_334n })
  })

  test('decides between offers: a little dearer and much quicker is cheaper', () => {
    const offers = [offer('slow', '0.0100', 40), offer('quick', '0.0105', 2)]
    expect(planOf(offers).steps.map(({ model }) => model.id)).toEqual(['quick', 'slow'])
    const free = [offer('slow', '0.0100'), offer('quick', '0.0105')]
    expect(planOf(free).steps.map(({ model }) => model.id)).toEqual(['slow', 'quick'])
  })

  test('is shown apart, and is no part of price or hold', () => {
    const plan = planOf([offer('slow', '0.0100', 40), offer('quick', '0.0105', 2)])
    expect(plan.holdNano).toBe(nanoFromDollars('0.0205'))
    expect(plan.explanation).toMatchObject([
      { expectedNano: nanoFromDollars('0.0105'), waiting: { seconds: 2, costNano: 66_667n } },
      { expectedNano: nanoFromDollars('0.0100'), waiting: { seconds: 40, costNano: 1_333_336n } },
    ])
  })
})
