import { describe, expect, test } from 'vitest'
import type { Fault } from '../providers/shared/emulator.ts'
import { createFaultDesk, type FaultQuestion, MAX_ORDERS } from './fault-desk.ts'
import { seededDraw } from './seeded.ts'

const any = () => true
const question = (details: Partial<FaultQuestion> = {}): FaultQuestion => ({
  provider: 'alpha',
  names: () => false,
  headers: {},
  text: '',
  isWanted: any,
  ...details,
})
const emptyDesk = () => createFaultDesk({}, seededDraw(1), () => 0)

describe('a sentinel word', () => {
  test.each<[string, string, Fault | undefined]>([
    ['alone', 'sandbox:blank', 'blank'],
    ['among others', 'a fox sandbox:rate-limit in snow', 'rate-limit'],
    ['before punctuation', 'a fox (sandbox:empty).', 'empty'],
    ['the longer name wins', 'sandbox:server-error-billed', 'server-error-billed'],
    ['the shorter name alone', 'sandbox:server-error x', 'server-error'],
    ['for this provider', 'sandbox:blank@alpha', 'blank'],
    ['for another provider', 'sandbox:blank@beta', undefined],
    ['the first that applies', 'sandbox:blank@beta sandbox:empty@alpha', 'empty'],
    ['unknown', 'sandbox:nonsense', undefined],
    ['unknown, then known', 'sandbox:nonsense sandbox:sandbox:blank', 'blank'],
    ['cut short', 'sandbox:', undefined],
    ['none', 'a sandbox: with toys', undefined],
  ])('%s', (_, text, fault) => {
    const desk = emptyDesk()
    expect(desk.next(question({ text }))).toBe(fault)
    const body = Buffer.from(JSON.stringify({ model: 'm', prompt: `${text}\n` }))
    expect(desk.next(question({ text: body }))).toBe(fault)
  })

  test('is passed over when its kind is not wanted', () => {
    const isWanted = (fault: Fault) => fault !== 'hang'
    const text = 'sandbox:hang sandbox:blank'
    expect(emptyDesk().next(question({ text, isWanted }))).toBe('blank')
  })
})

test('the header goes before the sentinel, that before orders, those before rates', () => {
  const desk = createFaultDesk({ html: 1 }, seededDraw(1), () => 0)
  expect(desk.next(question())).toBe('html')
  desk.add({ fault: 'blank', share: 1 })
  expect(desk.next(question())).toBe('blank')
  const text = 'sandbox:empty'
  expect(desk.next(question({ text }))).toBe('empty')
  const headers = { 'x-sandbox-fault': 'truncated' }
  expect(desk.next(question({ text, headers }))).toBe('truncated')
  const elsewhere = { 'x-sandbox-fault': 'truncated@beta' }
  expect(desk.next(question({ text, headers: elsewhere }))).toBe('empty')
  desk.clear()
  expect(desk.next(question())).toBe('html')
})

test('an order with a count hits that many requests of its provider and is gone', () => {
  const desk = emptyDesk()
  desk.add({ fault: 'blank', share: 1, provider: 'alpha', count: 2 })
  expect(desk.next(question({ provider: 'beta' }))).toBeUndefined()
  expect(desk.next(question({ isWanted: () => false }))).toBeUndefined()
  expect(desk.orders()).toEqual([{ fault: 'blank', share: 1, provider: 'alpha', count: 2 }])
  const hits = Array.from({ length: 3 }, () => desk.next(question()))
  expect(hits).toEqual(['blank', 'blank', undefined])
  expect(desk.orders()).toEqual([])
})

test('a share hits about that share of the requests, the same ones for the same seed', () => {
  const hits = (seed: number) => {
    const desk = createFaultDesk({ overloaded: 0.2 }, seededDraw(seed), () => 0)
    return Array.from({ length: 2_000 }, () => desk.next(question()) === 'overloaded')
  }
  const count = hits(5).filter(Boolean).length
  expect(count).toBeGreaterThan(340)
  expect(count).toBeLessThan(460)
  expect(hits(5)).toEqual(hits(5))
  expect(hits(5)).not.toEqual(hits(6))
})

test('a share of 0 never hits', () => {
  const desk = createFaultDesk({ overloaded: 0 }, seededDraw(1), () => 0)
  expect(Array.from({ length: 100 }, () => desk.next(question())).some(Boolean)).toBe(false)
})

test('open orders are limited', () => {
  const desk = emptyDesk()
  for (let order = 0; order < MAX_ORDERS; order += 1) desk.add({ fault: 'blank', share: 0.1 })
  expect(() => desk.add({ fault: 'blank', share: 0.1 })).toThrow(RangeError)
})
