import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import d1 from '../../test/data/worlds/d1.json' with { type: 'json' }
import small from '../../test/data/worlds/small.json' with { type: 'json' }
import { readWorld } from './read-world.ts'
import { stepFactor } from './world.ts'

const read = (value: unknown) => readWorld(JSON.stringify(value), 'a.json')
const { world } = read(small)

describe('the full form', () => {
  test('has an offer for each step count that can be set, at its part of the price', () => {
    expect(world.offers.map(({ name, price }) => `${name} ${price.toFixed(4)}`)).toEqual([
      ...['quick 0.0040', 'tuned 0.0200', 'tuned@32 0.0160', 'tuned@24 0.0120'],
      ...['tuned@20 0.0100', 'tuned@16 0.0080', 'tuned@12 0.0060', 'tuned@8 0.0040'],
      'fine 0.0500',
    ])
  })

  test('a model that cannot do it has no ability', () => {
    expect([...world.contexts[2]!.abilities.keys()]).toEqual(['tuned', 'fine'])
  })

  test('tiers follow from prices where the file names none', () => {
    const tiers = Object.fromEntries(world.offers.map(({ model, tier }) => [model, tier]))
    expect(tiers).toEqual({ quick: 'standard', tuned: 'standard', fine: 'premium' })
  })

  test('fewer steps lose more for people, textured and glass', () => {
    const offer = world.offers.find(({ name }) => name === 'tuned@20')!
    const loss = (context: number) => 1 - stepFactor(offer, world.contexts[context]!)
    expect(loss(0)).toBeCloseTo(0.3 * Math.exp(-2), 12)
    expect(loss(1)).toBeCloseTo(0.6 * Math.exp(-2), 12)
    expect(stepFactor(world.offers[0]!, world.contexts[1]!)).toBe(1)
  })

  test('what nobody reads is named', () => {
    expect(read({ ...small, weather: 'fine' }).ignored).toEqual(['weather'])
    expect(read(small).ignored).toEqual([])
  })
})

test('the short form gets defaults, and a provider for each model', () => {
  const { world: short } = read(d1)
  expect(short).toMatchObject({ kind: 'stationary', days: 28, requests: 20_000, events: [] })
  expect(new Set(short.offers.map(({ provider }) => provider)).size).toBe(7)
  expect(short.contexts[0]).toMatchObject({ purpose: 'thumb', category: 'plain' })
})

const eventsOf = (event: object) => ({ ...small, events: [event] })

describe('a file with a mistake is refused with its name and the place', () => {
  test.each([
    ['no object', [], 'a.json: '],
    ['a share above 1', { ...small, gate: { ...small.gate, sensitivity: 2 } }, 'gate.sensitivity'],
    ['a missing price', { ...small, price: {} }, 'provider.quick: there is no price'],
    ['a missing latency', { ...small, latency: {} }, 'latency.quick: this is missing'],
    [
      'shares that do not add up',
      { ...small, contexts: small.contexts.slice(1) },
      'contexts: the shares add up to 0.5',
    ],
    [
      'a context that nobody can do',
      {
        ...small,
        contexts: [{ ...small.contexts[0], share: 1, theta: { quick: null } }],
      },
      'contexts.0.theta: no model can do it',
    ],
    [
      'a context without a category',
      { ...small, contexts: [{ ...small.contexts[0], category: undefined, share: 1 }] },
      'contexts.0: needs purpose and category',
    ],
    ['an unknown event', eventsOf({ day: 1, type: 'strike' }), 'events.0.type'],
    [
      'an event of a model that is not there',
      eventsOf({ day: 1, type: 'silent_quality', model: 'slow', delta_theta: 1 }),
      'events.0.model: there is no price for slow',
    ],
    [
      'an outage of a provider that is not there',
      eventsOf({ day: 1, type: 'outage', provider: 'west', minutes: 5, mode: '5xx' }),
      'events.0.provider: no model is made by west',
    ],
  ])('%s', (_title, value, message) => {
    expect(() => read(value)).toThrow(message)
    expect(() => read(value)).toThrow('a.json')
  })

  test('a text that is no JSON', () => {
    expect(() => readWorld('{', 'a.json')).toThrow('a.json: the file is not JSON.')
  })
})

test('all example worlds can be read, and nothing in them is ignored', () => {
  const folder = new URL('../../examples/worlds/', import.meta.url)
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  expect(files.length).toBeGreaterThanOrEqual(5)
  for (const file of files) {
    const { world: found, ignored } = readWorld(readFileSync(new URL(file, folder), 'utf8'), file)
    expect(`${found.id}.json`).toBe(file)
    expect(ignored).toEqual([])
  }
})
