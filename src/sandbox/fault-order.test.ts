import { describe, expect, test } from 'vitest'
import { createFaultDesk } from './fault-desk.ts'
import { fromOrderBody, isOpen, type OrderBody, orderSchema, toOrderBody } from './fault-order.ts'
import { seededDraw } from './seeded.ts'

const START = 1_000_000

/** The seconds after the start at which an order holds. */
const openAt = (body: OrderBody, ...seconds: readonly number[]): readonly number[] => {
  const order = fromOrderBody(body, START)
  return seconds.filter((second) => isOpen(order, START + second * 1_000))
}

describe('an order holds', () => {
  test('always, unless it says when', () => {
    expect(openAt({ fault: 'blank' }, 0, 1e6)).toEqual([0, 1e6])
  })

  test('from its beginning on, and not at its end any more', () => {
    const body = { fault: 'blank', after_s: 10, for_s: 5 } as const
    expect(openAt(body, 9.999, 10, 14.999, 15)).toEqual([10, 14.999])
  })

  test('every other seven seconds when it flaps', () => {
    const body = { fault: 'blank', after_s: 10, flaps_every_s: 7 } as const
    expect(openAt(body, 9, 10, 16.9, 17, 23.9, 24)).toEqual([10, 16.9, 24])
  })
})

test('an order is shown with what is left of its times', () => {
  const order = fromOrderBody({ fault: 'hang', share: 0.5, after_s: 10, for_s: 5 }, START)
  expect(toOrderBody(order, START + 12_000)).toEqual({
    ...{ fault: 'hang', share: 0.5, after_s: 0, for_s: 3 },
  })
})

/** A desk with one order, and how slow it makes answers at some seconds. */
function slownessAt(body: OrderBody, names: (model: string) => boolean, seconds: number): number {
  const desk = createFaultDesk({}, seededDraw(1), () => START + seconds * 1_000)
  desk.add(fromOrderBody(body, START))
  return desk.slowness({ provider: 'acme', names })
}

test.each<[string, OrderBody, number, number]>([
  ['all the time', { slow: 8 }, 5, 8],
  ['not after its end', { slow: 8, for_s: 5 }, 5, 1],
  ['growing: in the middle half of it', { slow: 9, grows: true, for_s: 10 }, 5, 5],
  ['for another provider', { slow: 8, provider: 'other' }, 5, 1],
  ['for a model that is not named', { slow: 8, model: 'painter' }, 5, 1],
])('slow answers %s', (_, body, seconds, slowness) => {
  expect(slownessAt(body, () => false, seconds)).toBe(slowness)
})

test('an order for a model concerns the requests that name it', () => {
  expect(slownessAt({ slow: 8, model: 'painter' }, (name) => name === 'painter', 0)).toBe(8)
})

test.each<[unknown]>([
  [{}],
  [{ fault: 'blank', slow: 2 }],
  [{ slow: 2, share: 0.5 }],
  [{ slow: 0.5 }],
  [{ grows: true, fault: 'blank' }],
  [{ slow: 2, grows: true }],
  [{ fault: 'blank', for_s: 0 }],
  [{ fault: 'blank', after_s: -1 }],
])('%j is no order', (body) => {
  expect(orderSchema.safeParse(body).success).toBe(false)
})
