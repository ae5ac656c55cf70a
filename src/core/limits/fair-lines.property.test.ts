import { describe, expect, test } from 'vitest'
import { fc } from '../../testing/fast-check.ts'
import { FairLines } from './fair-lines.ts'

/** All that wait, in the order of their turns. */
function turnsOf(lines: FairLines<string>): readonly string[] {
  const turns: string[] = []
  for (let next = lines.next(); next !== undefined; next = lines.next()) {
    turns.push(next)
    lines.take()
  }
  return turns
}

const add = (lines: FairLines<string>, name: string, count: number, weight = 1): void => {
  for (let index = 0; index < count; index += 1) lines.add({ name, weight }, 1, `${name}${index}`)
}

describe('lines', () => {
  test('take turns, each in its own order', () => {
    const lines = new FairLines<string>()
    add(lines, 'a', 4)
    add(lines, 'b', 2)
    expect(turnsOf(lines)).toEqual(['a0', 'b0', 'a1', 'b1', 'a2', 'a3'])
  })

  test('take turns by their weights', () => {
    const lines = new FairLines<string>()
    add(lines, 'a', 6, 2)
    add(lines, 'b', 3)
    const first = turnsOf(lines).slice(0, 6)
    expect(first.filter((name) => name.startsWith('a'))).toHaveLength(4)
  })

  test('that open later have no turns saved up, and lose none', () => {
    const lines = new FairLines<string>()
    add(lines, 'a', 20)
    for (let index = 0; index < 10; index += 1) lines.take()
    add(lines, 'b', 3)
    expect(
      turnsOf(lines)
        .slice(0, 6)
        .filter((name) => name.startsWith('b')),
    ).toHaveLength(3)
  })

  test('that are longest give way to others, and not to themselves', () => {
    const lines = new FairLines<string>()
    add(lines, 'a', 3)
    expect(lines.giveWay({ name: 'a', weight: 1 })).toBeUndefined()
    expect(lines.giveWay({ name: 'b', weight: 1 })).toBe('a2')
    add(lines, 'b', 1)
    expect(lines.giveWay({ name: 'b', weight: 1 })).toBeUndefined()
  })
})

test('whatever comes and goes, everybody has one turn, and waits for few of a greedy one', () => {
  const steps = fc.array(
    fc.record({ name: fc.constantFrom('a', 'b', 'c'), leaves: fc.boolean() }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, (all) => {
      const lines = new FairLines<string>()
      const waiting = new Set<string>()
      for (const [index, { name, leaves }] of all.entries()) {
        const item = `${name}${index}`
        lines.add({ name, weight: 1 }, 1, item)
        waiting.add(item)
        if (leaves) waiting.delete(item)
        if (leaves) expect(lines.remove(item)).toBe(true)
      }
      expect(lines.size).toBe(waiting.size)
      const turns = turnsOf(lines)
      expect(new Set(turns)).toEqual(waiting)
      expect(turns).toHaveLength(waiting.size)
      for (const name of ['a', 'b', 'c']) {
        const first = turns.findIndex((item) => item.startsWith(name))
        expect(first).toBeLessThanOrEqual(2)
      }
    }),
    { numRuns: 100 },
  )
})
